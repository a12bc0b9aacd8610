import { gzipSync, zstdCompressSync } from 'node:zlib';
import { packTar, type TarEntry } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { compareLayers } from '../../../../src/inventory/contents/compare-layers.ts';
import { readLayer } from '../../../../src/inventory/contents/read-layer.ts';

type File = Partial<TarEntry['header']> & { readonly text?: string };

async function layer(files: Readonly<Record<string, File>>): Promise<Buffer> {
  const entries = Object.entries(files).map(([name, { text = '', ...header }]): TarEntry => {
    const isFile = (header.type ?? 'file') === 'file';
    const base = { name, mode: 0o644, uid: 0, gid: 0, mtime: new Date(1_700_000_000_000), type: 'file' as const };
    return { header: { ...base, size: isFile ? text.length : 0, ...header }, ...(isFile ? { body: text } : {}) };
  });
  return Buffer.from(await packTar(entries));
}

const compare = async (
  left: Readonly<Record<string, File>>,
  right: Readonly<Record<string, File>>,
  instruction: string | null = null,
) =>
  await compareLayers({
    platform: 'linux/amd64',
    layer: 1,
    instruction,
    original: await layer(left),
    rebuilt: await layer(right),
  });

describe('two layers', () => {
  it.each<readonly [string, (bytes: Buffer) => Buffer]>([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('are read whatever they are packed with: %s', async (_, pack) => {
    const plain = await layer({ 'etc/a': { text: 'a' }, 'b/': { type: 'directory' } });
    expect([...(await readLayer(pack(plain)))]).toEqual([...(await readLayer(plain))]);
    expect([...(await readLayer(plain)).keys()]).toEqual(['etc/a', 'b']);
  });

  it('are the same where nothing differs', async () => {
    expect(await compare({ a: { text: 'x' } }, { a: { text: 'x' } })).toBeNull();
  });

  it('hold the same where only times differ', async () => {
    const later = new Date(1_800_000_000_000);
    expect(await compare({ a: { text: 'x' } }, { './a': { text: 'x', mtime: later } })).toMatchObject({
      isDifferent: false,
      count: 1,
      files: [{ path: 'a', changes: ['time'] }],
      cause: null,
    });
  });

  it.each<readonly [string, File, File]>([
    ['content', { text: 'x' }, { text: 'y' }],
    ['mode', { mode: 0o755 }, { mode: 0o4755 }],
    ['owner', { uid: 0 }, { uid: 1000 }],
    ['type', { type: 'file' }, { type: 'directory' }],
    ['link', { type: 'symlink', linkname: 'b' }, { type: 'symlink', linkname: 'c' }],
    ['attributes', { pax: { 'SCHILY.xattr.security.capability': 'a' } }, { pax: {} }],
  ])('differ by a %s', async (change, left, right) => {
    const found = await compare({ a: left }, { a: right });
    expect(found?.isDifferent).toBe(true);
    expect(found?.files[0]?.changes).toContain(change);
  });

  it('name what only one of them has first, and no more than twenty files', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`f${at}`, { text: 'x' }]));
    const touched = Object.fromEntries(Object.keys(many).map((name) => [name, { text: 'x', mtime: new Date(0) }]));
    const found = await compare({ ...many, gone: {} }, { ...touched, new: {} });
    expect(found).toMatchObject({ count: 32, isDifferent: true });
    expect(found?.files).toHaveLength(20);
    expect(found?.files.slice(0, 2)).toEqual([
      { path: 'gone', changes: ['only in the original'] },
      { path: 'new', changes: ['only in the rebuild'] },
    ]);
  });

  it.each(['no archive at all'.repeat(100), 'shorter than a header', 'x', `${'\0'.repeat(700)}x`])(
    'that are no archives are refused, and never the same as others',
    async (text) => {
      for (const pack of [(bytes: Buffer) => bytes, (bytes: Buffer) => gzipSync(bytes)])
        await expect(readLayer(pack(Buffer.from(text)))).rejects.toMatchObject({ code: 'registry.untrustworthy' });
    },
  );

  it('may hold nothing', async () => {
    for (const empty of [Buffer.alloc(0), Buffer.alloc(1024), gzipSync(Buffer.alloc(10_240))])
      expect((await readLayer(empty)).size).toBe(0);
  });
});

describe('the likely cause', () => {
  const changed = (left: string, right: string, instruction: string, path = 'a') =>
    compare({ [path]: { text: left } }, { [path]: { text: right } }, instruction);
  it.each<readonly [string, string, string, string, string | null]>([
    ['Sat Nov 28 09:00:00 UTC 2026', 'Sun Nov 29 10:11:12 UTC 2026', 'RUN date >/a', 'a', 'time'],
    ['built=1700000000', 'built=1800000000', 'RUN ./configure', 'a', 'time'],
    ['abc', 'abd', 'RUN apt-get -y install curl', 'usr/bin/curl', 'unpinned package'],
    ['abc', 'abd', 'COPY . .', 'var/lib/dpkg/status', 'unpinned package'],
    ['abc', 'abd', 'RUN curl -O https://example.com/x', 'x', 'network in RUN'],
    ['abc', 'abd', 'RUN make', 'x', null],
    // digits alone are no clock
    ['port 1', 'port 2', 'RUN make', 'x', null],
  ])('of %j and %j in %j at %s is %s', async (left, right, instruction, path, cause) => {
    expect(await changed(left, right, instruction, path)).toMatchObject({ isDifferent: true, cause });
  });
});
