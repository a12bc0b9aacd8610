import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  dropProvenance,
  metadataProvenanceMode,
  withoutProvenance,
} from '../../../../src/builder/audit/metadata-mode.ts';
import { temporaryFolder } from '../test-environment.ts';

describe('metadataProvenanceMode', () => {
  it.each([
    [undefined, 'min'],
    ['', 'min'],
    ['min', 'min'],
    ['max', 'max'],
    ['MAX', 'min'],
    ['disabled', 'disabled'],
    ['Disabled', 'min'],
    ['0', 'disabled'],
    ['f', 'disabled'],
    ['F', 'disabled'],
    ['false', 'disabled'],
    ['FALSE', 'disabled'],
    ['False', 'disabled'],
    ['fAlse', 'min'],
    ['1', 'min'],
    ['true', 'min'],
  ])('reads %j as buildx does', (value, mode) => {
    expect(metadataProvenanceMode(value)).toBe(mode);
  });
});

const record = { 'buildx.build.provenance': {}, 'buildx.build.provenance/linux/amd64': {}, 'buildx.build.ref': 'r' };

describe('withoutProvenance', () => {
  it('leaves out every form of it and nothing else', () => {
    expect(withoutProvenance(record, 'build')).toEqual({ 'buildx.build.ref': 'r' });
    expect(withoutProvenance({ 'buildx.build.provenances': 1 }, 'build')).toEqual({ 'buildx.build.provenances': 1 });
  });

  it('does so for each target of a bake, also one of a name like the key', () => {
    const metadata = { a: record, 'buildx.build.provenance': record, 'buildx.build.warnings': [1] };
    const rest = { 'buildx.build.ref': 'r' };
    expect(withoutProvenance(metadata, 'bake')).toEqual({
      a: rest,
      'buildx.build.provenance': rest,
      'buildx.build.warnings': [1],
    });
  });
});

describe('dropProvenance', () => {
  it("replaces the file by one as Go's encoder writes it, through a link, and leaves nothing beside it", async () => {
    const folder = temporaryFolder();
    await mkdir(join(folder, 'real'));
    const [file, link] = [join(folder, 'real', 'metadata.json'), join(folder, 'link')];
    await writeFile(file, 'old');
    await symlink(file, link);
    const { ino } = await stat(file);
    await dropProvenance(link, { ...record, args: '<a&b>\u2028' }, 'build');
    expect(await readFile(file, 'utf8')).toBe(
      '{\n  "buildx.build.ref": "r",\n  "args": "\\u003ca\\u0026b\\u003e\\u2028"\n}',
    );
    expect((await stat(file)).ino).not.toBe(ino);
    expect(await readdir(join(folder, 'real'))).toEqual(['metadata.json']);
  });

  it('leaves alone what was not written or is no metadata', async () => {
    const folder = temporaryFolder();
    await expect(dropProvenance(join(folder, 'none'), {}, 'build')).rejects.toThrow('ENOENT');
    await writeFile(join(folder, 'x'), 'old');
    await dropProvenance(join(folder, 'x'), null, 'build');
    expect(await readFile(join(folder, 'x'), 'utf8')).toBe('old');
  });
});
