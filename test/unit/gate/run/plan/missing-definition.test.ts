import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { missingDefinition } from '../../../../../src/gate/run/plan/missing-definition.ts';
import { newFolder } from '../../../../support/new-folder.ts';

const definitionUrl = 'https://host.example/repository.git';

it('says which file is not there, or where buildx looks without one', () => {
  const folder = newFolder('missing-definition');
  const missing = (files: readonly string[], url: string | null = null) =>
    missingDefinition({ files, definitionUrl: url }, folder);
  expect(missing([])).toMatchObject({
    message: expect.stringContaining('in this folder: expected one of compose.yaml, '),
    hint: expect.stringContaining('name one with -f'),
  });
  writeFileSync(join(folder, 'docker-bake.hlc'), '');
  expect(missing([])).toMatchObject({ hint: 'did you mean -f docker-bake.hlc?' });
  expect(missing(['docker-bake.hlc', 'dev.yaml'])).toMatchObject({
    code: 'bake.invalid',
    message: 'there is no bake or compose file at dev.yaml',
  });
});

it('says nothing where what is named is there, or lies on another machine', () => {
  const folder = newFolder('missing-definition');
  writeFileSync(join(folder, 'compose.yaml'), '');
  for (const files of [[], ['compose.yaml'], ['cwd://compose.yaml'], ['-']])
    expect(missingDefinition({ files, definitionUrl: null }, folder)).toBeNull();
  const overridden = newFolder('missing-definition');
  writeFileSync(join(overridden, 'docker-bake.override.hcl'), '');
  expect(missingDefinition({ files: [], definitionUrl: null }, overridden)).toBeNull();
  expect(missingDefinition({ files: [], definitionUrl }, newFolder('missing-definition'))).toBeNull();
  expect(missingDefinition({ files: ['dev.yaml'], definitionUrl }, folder)).toBeNull();
});
