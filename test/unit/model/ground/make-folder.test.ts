import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../../../src/model/ground/make-folder.ts';
import { newFolder } from '../../../support/new-folder.ts';

const place = (): string => newFolder('verify-unit');

describe('makeFolder', () => {
  it('makes a folder and those above it with the mode that is asked for, and leaves what is there', async () => {
    const above = place();
    mkdirSync(join(above, 'there'), { mode: 0o755 });
    const folder = join(above, 'there', 'a', 'b');
    await makeFolder(folder, 0o700);
    await makeFolder(folder);
    const modes = [join(above, 'there'), join(folder, '..'), folder].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o755, 0o700, 0o700]);
  });

  it('takes a link to a folder for one, and goes through it', async () => {
    const above = place();
    mkdirSync(join(above, 'real'));
    symlinkSync('real', join(above, 'link'));
    await makeFolder(join(above, 'link'));
    await makeFolder(join(above, 'link', 'below'));
    expect(statSync(join(above, 'real', 'below')).isDirectory()).toBe(true);
  });

  it('may be asked for the same by several at once', async () => {
    const folder = join(place(), 'a', 'b', 'c');
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(folder)));
    expect(statSync(folder).isDirectory()).toBe(true);
  });

  it.each([
    ['a file', 'EEXIST', ''],
    ['a file above it', 'ENOTDIR', 'below'],
    ['a file far above it', 'ENOTDIR', 'far/below'],
  ])('fails where there is %s', async (_title, code, below) => {
    const file = join(place(), 'file');
    writeFileSync(file, '');
    await expect(makeFolder(join(file, below))).rejects.toMatchObject({ code });
  });

  it('fails where a link leads nowhere', async () => {
    const link = join(place(), 'link');
    symlinkSync('nowhere', link);
    await expect(makeFolder(link)).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it.runIf(process.platform === 'linux')('ends where nothing can be made, which Node’s own way does not', async () => {
    await expect(makeFolder('/proc/nowhere')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(makeFolder('/proc/nowhere/below/it')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
