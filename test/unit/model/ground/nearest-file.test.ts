import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nearestFile } from '../../../../src/model/ground/nearest-file.ts';
import { newFolder } from '../../../support/new-folder.ts';

it('proposes the neighbour with nearly the name of what is not there, as the folder was written', () => {
  const folder = newFolder('nearest-file');
  mkdirSync(join(folder, 'app', 'compose.yaml'), { recursive: true });
  const near = (written: string): string | null => nearestFile(join(folder, written), written);
  expect(near('app/compose.yml')).toBe('app/compose.yaml');
  expect(near('./apq')).toBe('./app');
  expect(near('APP')).toBe('app');
  expect(near('../app/compose.yml')).toBeNull();
  expect(near('nowhere/compose.yml')).toBeNull();
  expect(near('app/nope.yaml')).toBeNull();
});
