import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nameAt, newClient, resolve, startRegistry, temporaryFolder } from '../harness.ts';

describe('without a network', () => {
  it('a tag stands for what it stood for when it was last looked up, and its age is reported', async () => {
    const registry = await startRegistry();
    const first = registry.image('a', '1');
    const cacheFolder = await temporaryFolder();
    const run = async () => {
      const online = newClient({ cacheFolder });
      await resolve(online, nameAt(registry, 'a:1'), 'linux/amd64');
      await online.close();
    };
    await run();
    registry.log.length = 0;
    const kept = await resolve(newClient({ cacheFolder, offline: true }), nameAt(registry, 'a:1'), 'linux/amd64');
    expect(kept).toMatchObject({ source: 'registry', root: { digest: first.digest } });
    expect(kept.keptFor).toBeLessThan(60_000);
    // what it stands for meanwhile is not known here, and not asked
    registry.image('a', '1', { config: { Labels: { moved: 'yes' } } });
    const still = await resolve(newClient({ cacheFolder, offline: true }), nameAt(registry, 'a:1'), 'linux/amd64');
    expect(still.root.digest).toBe(first.digest);
    expect(registry.log).toEqual([]);
    const online = await resolve(newClient({ cacheFolder }), nameAt(registry, 'a:1'), 'linux/amd64');
    expect(online.keptFor).toBeUndefined();
  });

  it('a tag that was found the same again is as young as that look', async () => {
    const registry = await startRegistry();
    registry.image('a', '1');
    const cacheFolder = await temporaryFolder();
    const look = async (offline: boolean) => {
      const client = newClient({ cacheFolder, offline });
      const found = await client.tagged({ registry: registry.host, repository: 'a' }, '1', 'image');
      await client.close();
      return found.keptFor;
    };
    await look(false);
    const day = 24 * 60 * 60_000;
    for (const name of await readdir(join(cacheFolder, 'listings'))) {
      const file = join(cacheFolder, 'listings', name);
      const note = JSON.parse(await readFile(file, 'utf8')) as { time: number };
      await writeFile(file, JSON.stringify({ ...note, time: note.time - 400 * day }));
    }
    expect(await look(true)).toBeGreaterThanOrEqual(400 * day);
    await look(false);
    expect(await look(true)).toBeLessThan(day);
  });
});

describe('a manifest that was fetched by its tag', () => {
  it('is not fetched again by its digest in the same run', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const client = newClient();
    const place = { registry: registry.host, repository: 'a' };
    await client.tagged(place, '1', 'image');
    await client.manifest(place, image.digest);
    expect(registry.paths).toEqual(['GET /v2/a/manifests/1']);
  });
});
