import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collect, nameAt, newClient, startRegistry, temporaryFolder } from '../harness.ts';
import { failing, refer, signByTag } from '../signed-images.ts';

describe('a listing of signatures', () => {
  it('is kept for minutes, so that an image that has not changed costs one HEAD', async () => {
    const registry = await startRegistry();
    signByTag(registry, registry.image('a', '1'));
    const cacheFolder = await temporaryFolder();
    const run = async () => {
      registry.log.length = 0;
      const client = newClient({ cacheFolder });
      const collected = await collect(client, nameAt(registry, 'a:1'), {}, 'linux/amd64');
      await client.close();
      return collected;
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(registry.paths).toEqual(['HEAD /v2/a/manifests/1']);
  });

  it('that found nothing is never kept', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const subject = { mediaType: image.mediaType, digest: image.digest, size: image.size };
    registry.artifact('a', [registry.blob('sbom', 'application/spdx+json')], { subject });
    const cacheFolder = await temporaryFolder();
    const first = newClient({ cacheFolder });
    expect((await collect(first, nameAt(registry, 'a:1'))).attachments).toEqual([]);
    await first.close();
    signByTag(registry, image);
    expect((await collect(newClient({ cacheFolder }), nameAt(registry, 'a:1'))).attachments).toHaveLength(1);
  });

  it('is asked for anew after some minutes', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    signByTag(registry, image);
    const cacheFolder = await temporaryFolder();
    const first = newClient({ cacheFolder });
    await collect(first, nameAt(registry, 'a:1'));
    await first.close();
    refer(registry, image);
    const collected = async () =>
      (await collect(newClient({ cacheFolder }), nameAt(registry, 'a:1'))).attachments.length;
    expect(await collected()).toBe(1);
    for (const name of await readdir(join(cacheFolder, 'listings'))) {
      const file = join(cacheFolder, 'listings', name);
      const note = JSON.parse(await readFile(file, 'utf8')) as { time: number };
      await writeFile(file, JSON.stringify({ ...note, time: note.time - 10 * 60_000 }));
    }
    expect(await collected()).toBe(2);
  });

  it('counts at any age without a network, and what could not be asked then stays open', async () => {
    const registry = await startRegistry();
    const [whole, part] = [registry.image('a', '1'), registry.image('b', '1')];
    signByTag(registry, whole);
    signByTag(registry, part, 'payload', 'b');
    const cacheFolder = await temporaryFolder();
    const look = async (repository: string, offline: boolean) => {
      const client = newClient({ cacheFolder, offline });
      const { attachments, problems } = await collect(client, nameAt(registry, `${repository}:1`));
      await client.close();
      return { found: attachments.length, problems: problems.map(({ error }) => error.code) };
    };
    await look('a', false);
    failing(registry, /referrers/, 403);
    expect(await look('b', false)).toEqual({ found: 1, problems: ['registry.unauthorized'] });
    registry.log.length = 0;
    expect(await look('a', true)).toEqual({ found: 1, problems: [] });
    expect(await look('b', true)).toEqual({ found: 1, problems: ['registry.offline'] });
    expect(registry.log).toEqual([]);
    // with the network a listing that was not whole is worth nothing
    registry.intercept = () => false;
    expect(await look('b', false)).toEqual({ found: 1, problems: [] });
    expect(registry.paths.some((path) => path.includes('referrers'))).toBe(true);
  });

  it('that found nothing is no answer without a network', async () => {
    const registry = await startRegistry();
    registry.image('a', '1');
    const cacheFolder = await temporaryFolder();
    const online = newClient({ cacheFolder });
    expect(await collect(online, nameAt(registry, 'a:1'))).toMatchObject({ attachments: [], problems: [] });
    await online.close();
    const { attachments, problems } = await collect(newClient({ cacheFolder, offline: true }), nameAt(registry, 'a:1'));
    expect(attachments).toEqual([]);
    expect(problems.map(({ error }) => error.code)).toContain('registry.offline');
  });

  it('that met a problem is never kept', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    signByTag(registry, image);
    refer(registry, image);
    failing(registry, /referrers/, 403);
    const cacheFolder = await temporaryFolder();
    const first = newClient({ cacheFolder });
    expect((await collect(first, nameAt(registry, 'a:1'))).attachments).toHaveLength(1);
    await first.close();
    registry.intercept = () => false;
    expect((await collect(newClient({ cacheFolder }), nameAt(registry, 'a:1'))).attachments).toHaveLength(2);
  });

  it('is made once in a run, also where resolving began it', async () => {
    const registry = await startRegistry();
    signByTag(registry, registry.image('a', '1'));
    const client = newClient();
    await Promise.all([1, 2, 3].map(() => collect(client, nameAt(registry, 'a:1'))));
    expect(registry.paths.filter((path) => path.endsWith('.sig'))).toHaveLength(1);
  });
});
