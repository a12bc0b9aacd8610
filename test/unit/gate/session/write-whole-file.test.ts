import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { refuseUnwritableFiles, writeWholeFile } from '../../../../src/gate/session/write-whole-file.ts';
import { folderOf } from '../../policy/support/policies.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = await folderOf({ there: 'old' });
  await mkdir(at('sub'));
});

const refused = (...names: readonly string[]) => refuseUnwritableFiles(names.map(at));

describe('before anything is done', () => {
  it('a file that can be written passes, there already or not, and so does what is no file', async () => {
    await expect(refused('there', 'new', 'sub/new')).resolves.toBeUndefined();
    await expect(refuseUnwritableFiles(['/dev/null', '/dev/null'])).resolves.toBeUndefined();
  });

  it.each(['sub', 'none/new', 'there/new'])('%s is refused, with what to do', async (name) => {
    await expect(refused(name)).rejects.toMatchObject({
      code: 'file.unwritable',
      hint: expect.stringContaining('name a file'),
    });
  });

  it('one file for two results is refused, under whatever names', async () => {
    await symlink(at('there'), at('link'));
    await expect(refused('there', 'there')).rejects.toMatchObject({
      code: 'usage.invalid',
      hint: 'name another file for one of them',
    });
    await expect(refused('there', 'link')).rejects.toMatchObject({ hint: expect.stringContaining('is the same file') });
    await expect(refused('there', 'sub/../new')).resolves.toBeUndefined();
  });
});

describe('a result', () => {
  it('replaces what the file held, through a link where it is one', async () => {
    await symlink(at('there'), at('link'));
    await writeWholeFile(at('link'), 'new');
    expect(await readFile(at('there'), 'utf8')).toBe('new');
  });

  it('is written to what is no file as it is, and refused where nothing can be written', async () => {
    await expect(writeWholeFile('/dev/null', 'new')).resolves.toBeUndefined();
    await expect(writeWholeFile(at('sub'), 'new')).rejects.toMatchObject({ code: 'file.unwritable' });
    await writeFile(at('file'), '');
    await expect(writeWholeFile(at('file/below'), 'new')).rejects.toMatchObject({ code: 'file.unwritable' });
  });
});
