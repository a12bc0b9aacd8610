import { chmod, lstat, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownFile, placeWhole, writeWhole } from '../../../../src/model/index.ts';
import { newFolder } from '../../../support/new-folder.ts';

const folder = (): string => newFolder('whole-file');
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('writeWhole', () => {
  it('leaves the old bytes or the new ones to a process that reads meanwhile, and nothing beside them', async () => {
    const path = join(folder(), 'file');
    await writeWhole(path, 'a'.repeat(500_000));
    const seen = new Set<string>();
    const writing = Promise.all(['b', 'c', 'd'].map((letter) => writeWhole(path, letter.repeat(500_000))));
    for (let read = 0; read < 20; read += 1) seen.add(await readFile(path, 'utf8'));
    await writing;
    for (const text of seen) expect(text).toMatch(/^(?:a{500000}|b{500000}|c{500000}|d{500000})$/);
    expect(await readdir(join(path, '..'))).toEqual(['file']);
  });

  it('replaces a link, or what it leads to where links are followed', async () => {
    const path = folder();
    await writeFile(join(path, 'target'), 'old');
    await symlink('target', join(path, 'link'));
    await writeWhole(join(path, 'link'), 'new', { followsLinks: true });
    expect(await readlink(join(path, 'link'))).toBe('target');
    expect(await readFile(join(path, 'target'), 'utf8')).toBe('new');
    await writeWhole(join(path, 'link'), 'newer');
    expect((await lstat(join(path, 'link'))).isSymbolicLink()).toBe(false);
    expect(await readFile(join(path, 'target'), 'utf8')).toBe('new');
  });

  it('creates a file that must not be there, and leaves one that is', async () => {
    const path = join(folder(), 'file');
    await writeWhole(path, 'first', { exclusive: true });
    await expect(writeWhole(path, 'second', { exclusive: true })).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(path, 'utf8')).toBe('first');
    expect(await readdir(join(path, '..'))).toEqual(['file']);
  });

  it('keeps what is our own from others, with the folders above it', async () => {
    const path = join(folder(), 'new', 'file');
    await writeWhole(path, 'text', ownFile);
    expect([await modeOf(path), await modeOf(join(path, '..'))]).toEqual([0o600, 0o700]);
  });

  it('gives a new file the mode that was asked for, and another the one that it had', async () => {
    const path = join(folder(), 'file');
    await writeWhole(path, 'text', { mode: 0o600, keepsMode: true, isDurable: true });
    expect(await modeOf(path)).toBe(0o600);
    await chmod(path, 0o640);
    await writeWhole(path, 'text', { mode: 0o600, keepsMode: true });
    expect(await modeOf(path)).toBe(0o640);
  });

  it('fails where the folder is missing, with the error of the file system', async () => {
    await expect(writeWhole(join(folder(), 'none', 'file'), 'text')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('placeWhole', () => {
  it('takes away what could not be put in its place', async () => {
    const path = folder();
    const failing = placeWhole(join(path, 'file'), async (beside) => {
      await writeFile(beside, 'half');
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(await readdir(path)).toEqual([]);
  });
});
