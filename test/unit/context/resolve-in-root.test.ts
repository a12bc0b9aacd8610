import { describe, expect, it } from 'vitest';
import { Unread } from '../../../src/context/index.ts';
import { findDockerfile, type Lookup, resolveInRoot, type TreeEntry } from '../../../src/context/resolve-in-root.ts';

/** A tree: a text is a file, `-> x` a link, null something else; folders are those on the way. */
function tree(files: Readonly<Record<string, string | null>>): Lookup<string> {
  return (path) => {
    const name = path.join('/');
    const entry = files[name];
    if (entry === null) return Promise.resolve<TreeEntry<string>>({ kind: 'other', what: 'a device' });
    if (entry?.startsWith('-> ')) return Promise.resolve({ kind: 'link', target: entry.slice(3) });
    if (entry !== undefined) return Promise.resolve({ kind: 'file', file: entry });
    const isFolder = Object.keys(files).some((other) => other.startsWith(`${name}/`));
    return Promise.resolve(isFolder ? { kind: 'folder' } : null);
  };
}

describe('resolveInRoot', () => {
  it.each([
    ['x', { x: 'X' }, 'X'],
    ['/a/./b//x', { 'a/b/x': 'X' }, 'X'],
    ['../../x', { x: 'X' }, 'X'],
    ['a/../x', { x: 'X', 'a/y': 'Y' }, 'X'],
    ['x', { x: '-> a/y', 'a/y': 'Y' }, 'Y'],
    ['a/x', { 'a/x': '-> ../y', y: 'Y' }, 'Y'],
    ['a/x', { 'a/x': '-> /y', y: 'Y', 'a/y': 'wrong' }, 'Y'],
    ['x', { x: '-> ../../../y', y: 'Y' }, 'Y'],
    ['l/x', { l: '-> a', 'a/x': 'X' }, 'X'],
    ['x', { x: '-> y', y: '-> x' }, null],
    ['x', { x: '-> gone' }, null],
    ['a', { 'a/x': 'X' }, null],
    ['x/y', { x: 'X' }, null],
    ['', { x: 'X' }, null],
  ] as const)('%s', async (path, files, expected) => {
    expect((await resolveInRoot(tree(files), path))?.file ?? null).toBe(expected);
  });

  it('follows no more links than BuildKit does, and no path without end', async () => {
    const chain = (length: number) =>
      Object.fromEntries([
        ...Array.from({ length }, (_, index) => [`l${index}`, `-> l${index + 1}`]),
        [`l${length}`, 'X'],
      ]);
    expect((await resolveInRoot(tree(chain(255)), 'l0'))?.file).toBe('X');
    expect(await resolveInRoot(tree(chain(256)), 'l0')).toBe(null);
    expect(await resolveInRoot(tree({ x: `-> ${'./'.repeat(100_000)}y`, y: 'Y' }), 'x')).toBe(null);
  });

  it('does not guess what lies in something else', async () => {
    await expect(resolveInRoot(tree({ x: null }), 'x')).rejects.toThrow(Unread);
  });
});

describe('findDockerfile', () => {
  it.each([
    ['Dockerfile', { Dockerfile: 'upper', dockerfile: 'lower' }, 'upper'],
    ['Dockerfile', { dockerfile: 'lower' }, 'lower'],
    ['a/Dockerfile', { 'a/dockerfile': 'lower', dockerfile: 'wrong' }, 'lower'],
    ['Dockerfile', { 'Dockerfile/x': '', dockerfile: 'lower' }, 'lower'],
    ['Other', { other: 'lower' }, null],
    ['dockerfile', { Dockerfile: 'upper' }, null],
  ] as const)('%s in %j', async (name, files, expected) => {
    expect((await findDockerfile(tree(files), name))?.file ?? null).toBe(expected);
  });
});
