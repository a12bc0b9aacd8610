import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { walkFolders } from '../../../../src/gate/scan/walk-folders.ts';
import { newFolder } from '../../../support/new-folder.ts';

async function walked(root: string): Promise<readonly (readonly [folder: string, unreadable: string | null])[]> {
  const found: [string, string | null][] = [];
  for await (const { folder, unreadable } of walkFolders(root)) found.push([folder.slice(root.length), unreadable]);
  return found;
}

it('walks the folders below one, but for what holds no sources', async () => {
  const root = newFolder('walk');
  for (const name of ['a/b', '.git/hooks', 'node_modules/x']) mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, 'a', 'file'), '');
  expect(await walked(root)).toEqual([
    ['', null],
    ['/a', null],
    ['/a/b', null],
  ]);
});

it('says which it could not read, and why', async () => {
  expect(await walked(join(newFolder('walk'), 'none'))).toEqual([['', 'there is no such file']]);
});
