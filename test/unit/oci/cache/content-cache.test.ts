import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openContentCache } from '../../../../src/oci/cache/content-cache.ts';
import { nameAt, newClient, resolve, startRegistry, temporaryFolder } from '../harness.ts';
import { sha256 } from '../memory-registry.ts';

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('what is kept', () => {
  it('comes back as it was', async () => {
    const cache = openContentCache(await temporaryFolder());
    const bytes = Buffer.from('bytes');
    await cache.write(sha256(bytes), bytes);
    expect(await cache.read(sha256(bytes), bytes.length)).toEqual(bytes);
    expect(await cache.read(sha256(bytes), null)).toEqual(bytes);
  });

  it('is a miss where it is not there, or has another size', async () => {
    const cache = openContentCache(await temporaryFolder());
    expect(await cache.read(sha256('x'), null)).toBeNull();
    await cache.write(sha256('x'), Buffer.from('x'));
    expect(await cache.read(sha256('x'), 2)).toBeNull();
  });

  it.each(['', 'short', 'Bytes'])('is a miss where it was damaged to "%s"', async (damaged) => {
    const folder = await temporaryFolder();
    const cache = openContentCache(folder);
    await cache.write(sha256('bytes'), Buffer.from('bytes'));
    const [file = ''] = await filesBelow(folder);
    await writeFile(file, damaged);
    expect(await cache.read(sha256('bytes'), null)).toBeNull();
  });

  it('is written whole or not at all, for its owner alone', async () => {
    const folder = await temporaryFolder();
    const cache = openContentCache(folder);
    await Promise.all(Array.from({ length: 20 }, () => cache.write(sha256('bytes'), Buffer.from('bytes'))));
    const files = await filesBelow(folder);
    expect(files).toHaveLength(1);
    expect(await readFile(files[0] ?? '', 'utf8')).toBe('bytes');
  });

  it('stays within its bound, and what was used last stays longest', async () => {
    const folder = await temporaryFolder();
    const cache = openContentCache(folder, 1000);
    for (let number = 0; number < 20; number += 1) {
      const bytes = Buffer.alloc(100, number);
      await cache.write(sha256(bytes), bytes);
      const file = join(folder, 'blobs', 'sha256', sha256(bytes).slice(7, 9), sha256(bytes).slice(7));
      await utimes(file, 1000 + number, 1000 + number);
    }
    await cache.trim();
    expect(await filesBelow(folder)).toHaveLength(8);
    expect(await cache.read(sha256(Buffer.alloc(100, 19)), null)).not.toBeNull();
    expect(await cache.read(sha256(Buffer.alloc(100, 0)), null)).toBeNull();
  });

  it('may be damaged as it likes: the registry is asked again', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1', { config: { OnBuild: ['RUN x'] } });
    const cacheFolder = await temporaryFolder();
    const first = newClient({ cacheFolder });
    const before = await resolve(first, nameAt(registry, 'a:1'), 'linux/amd64');
    await first.close();
    for (const file of await filesBelow(cacheFolder)) await writeFile(file, '{"evil":true}');
    const after = await resolve(newClient({ cacheFolder }), nameAt(registry, 'a:1'), 'linux/amd64');
    expect(after).toEqual(before);
    expect(after.root.digest).toBe(image.digest);
  });

  it('is made room in at most once an hour', async () => {
    const registry = await startRegistry();
    const cacheFolder = await temporaryFolder();
    const outdated = join(cacheFolder, 'listings', 'outdated.json');
    const run = async (tag: string): Promise<boolean> => {
      await mkdir(dirname(outdated), { recursive: true });
      await writeFile(outdated, '{}');
      await utimes(outdated, 0, 0);
      registry.image('a', tag, { config: { Labels: { tag } } });
      const client = newClient({ cacheFolder });
      await resolve(client, nameAt(registry, `a:${tag}`), 'linux/amd64');
      await client.close();
      return (await readdir(dirname(outdated))).includes('outdated.json');
    };
    expect([await run('1'), await run('2')]).toEqual([false, true]);
    await utimes(join(cacheFolder, 'trimmed'), 0, 0);
    expect(await run('3')).toBe(false);
  });

  it('may be impossible to write: nothing fails', async () => {
    const registry = await startRegistry();
    registry.image('a', '1');
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'x'));
    await writeFile(join(folder, 'x', 'blobs'), 'a file in the way');
    await writeFile(join(folder, 'x', 'listings'), 'a file in the way');
    const client = newClient({ cacheFolder: join(folder, 'x') });
    await expect(resolve(client, nameAt(registry, 'a:1'), 'linux/amd64')).resolves.toBeDefined();
    await expect(client.close()).resolves.toBeUndefined();
  });
});
