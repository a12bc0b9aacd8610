import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Unread } from '../../../src/context/index.ts';
import { resolveLocalDockerfile } from '../../../src/context/local-dockerfile.ts';
import { folderOf } from '../policy/support/policies.ts';

type Files = Readonly<Record<string, string>>;

/** A folder: `-> x` is a link, every other text the content of a file. */
async function laidOut(files: Files): Promise<string> {
  const folder = await folderOf({});
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await (text.startsWith('-> ') ? symlink(text.slice(3), path) : writeFile(path, text));
  }
  return folder;
}

async function read(files: Files, name: string): Promise<string | null> {
  const found = await resolveLocalDockerfile(join(await laidOut(files), name));
  return found === null ? null : await readFile(found, 'utf8').catch(() => null);
}

describe('resolveLocalDockerfile', () => {
  it.each<[string, Files, string, string | null]>([
    ['takes a file as it is', { 'ctx/Dockerfile': 'own' }, 'ctx/Dockerfile', 'own'],
    ['says nothing of what is not there', {}, 'ctx/Dockerfile', null],
    ['follows a link beside it', { 'ctx/Dockerfile': '-> other', 'ctx/other': 'other' }, 'ctx/Dockerfile', 'other'],
    [
      'stops at the Dockerfile’s folder',
      { 'ctx/Dockerfile': '-> ../sub/Dockerfile', 'ctx/sub/Dockerfile': 'inside', 'sub/Dockerfile': 'outside' },
      'ctx/Dockerfile',
      'inside',
    ],
    [
      'finds nothing where that is all there is',
      { 'ctx/Dockerfile': '-> ../sub/Dockerfile', 'sub/Dockerfile': 'outside' },
      'ctx/Dockerfile',
      null,
    ],
    ['begins absolute targets there', { 'ctx/Dockerfile': '-> /x', 'ctx/x': 'inside' }, 'ctx/Dockerfile', 'inside'],
    [
      'takes the folder of -f, not the context, for the root',
      { 'ctx/a/Dockerfile': '-> ../x', 'ctx/x': 'outside', 'ctx/a/x': 'inside' },
      'ctx/a/Dockerfile',
      'inside',
    ],
    [
      'follows chains, and links to folders',
      { 'c/D': '-> l/../f', 'c/f': 'text', 'c/l': '-> deep/er', 'c/deep/er/x': '', 'c/deep/f': 'system' },
      'c/D',
      'text',
    ],
    ['gives up on a circle', { 'c/D': '-> E', 'c/E': '-> D' }, 'c/D', null],
    ['falls back to the lower case', { 'c/Dockerfile': '-> gone', 'c/dockerfile': 'low' }, 'c/Dockerfile', 'low'],
    ['reads the folder itself through a link', { 'c/D': '-> ../x', 'c/x': 'in', l: '-> c', x: 'out' }, 'l/D', 'in'],
  ])('%s', async (_, files, name, expected) => {
    expect(await read(files, name)).toBe(expected);
  });

  it.each<[string, Files]>([
    ['a chain of folders that leaves the root', { 'c/D': '-> l/f', 'c/l': '-> m', 'c/m': '-> /n', 'c/n/f': 'x' }],
    ['a name that buildx takes for a pattern', { 'c/D': '-> f[1]', 'c/f[1]': 'x' }],
  ])('does not guess where only a builder can tell: %s', async (_, files) => {
    await expect(read(files, 'c/D')).rejects.toThrow(Unread);
  });
});
