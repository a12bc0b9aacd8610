import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { doctorCache } from '../support/doctored-cache.ts';
import { acmePolicy, lab, mustRun, runDocker, temporaryFolder } from '../support/lab.ts';
import { containerdEngine, engines, project, registry, reported, unguarded, verified } from './project.ts';

const base = `${registry}/signed/base:1`;
const classic = engines[0]?.[1] ?? {};
beforeAll(async () => {
  // an image that the classic store has is another source to its builder, for which no cache fits
  await runDocker(['image', 'rm', '-f', base], { env: classic });
});

/** A step that no builder has cached. */
const step = (word: string): string => `FROM ${base}\nRUN --network=none echo -n ${word} >/which\n`;

function allowing(...from: readonly string[]): string {
  return JSON.stringify({ ...JSON.parse(acmePolicy()), cacheImports: { default: 'deny', from } });
}

/** Lets the engine that can build a Dockerfile and export its cache. */
async function exportCache(dockerfile: string, destination: string): Promise<void> {
  const folder = await project(dockerfile);
  const args = ['buildx', 'build', '--output', 'type=cacheonly', '--cache-to', `${destination},mode=max`, '.'];
  await mustRun(lab(), lab().docker, args, { cwd: folder, env: containerdEngine ?? {} });
}

/** Only the containerd store exports caches; both import them. */
describe.skipIf(containerdEngine === null)('a cache that somebody doctored', () => {
  it('replaces what a RUN makes in plain Docker, and is refused', async () => {
    const [word, caches] = [`good-${randomUUID()}`, await temporaryFolder()];
    const [good, evil] = [join(caches, 'good'), join(caches, 'evil')];
    await exportCache(step(word), `type=local,dest=${good}`);
    await exportCache(step('evil'), `type=local,dest=${evil}`);
    await doctorCache(good, evil);

    const folder = await project(step(word));
    const args = ['--cache-from', `type=local,src=${evil}`];
    const refused = await reported(folder, args, { env: classic });
    expect(refused).toMatchObject({ status: 10, which: null, report: { verdict: 'block' } });
    expect(refused.report.cacheImports).toEqual([{ type: 'local', ref: `src=${evil}`, status: 'block' }]);
    expect(refused.report.findings.map(({ code }) => code)).toEqual(['cache-import.denied']);

    expect(await unguarded(folder, args, { env: classic })).toMatchObject({ status: 0, which: 'evil' });
    // it stays in the builder, as the documents say: only a build without its cache gets rid of it
    expect(await verified(folder, ['--verify-fresh'], { env: classic })).toMatchObject({ status: 0, which: word });
  });
});

describe.skipIf(containerdEngine === null)('a cache in a registry', () => {
  const cache = `${registry}/no-way-around/cache:1`;

  it('is imported where the policy lists it, and nowhere else', async () => {
    const word = `good-${randomUUID()}`;
    await exportCache(step(word), `type=registry,ref=${cache}`);
    const args = ['--cache-from', `type=registry,ref=${cache}`];
    const listed = await project(step(word), { policy: allowing(`${registry}/no-way-around/**`) });
    const built = await reported(listed, args, { env: classic });
    expect(built).toMatchObject({ status: 0, which: word, report: { verdict: 'allow' } });
    expect(built.report.cacheImports).toEqual([{ type: 'registry', ref: cache, status: 'allow' }]);
    expect(built.stderr).toContain('CACHED');

    for (const policy of [acmePolicy(), allowing(`${registry}/elsewhere/**`)]) {
      const refused = await reported(await project(step(word), { policy }), args, { env: classic });
      expect(refused).toMatchObject({ status: 10, which: null });
      expect(refused.report.cacheImports).toMatchObject([{ ref: cache, status: 'block' }]);
    }
    const warned = await verified(await project(step(word), { policy: acmePolicy({ mode: 'warn' }) }), args, {
      env: classic,
    });
    expect(warned).toMatchObject({ status: 0, which: word });
    expect(warned.stderr).toContain('cache-import.denied');
  });

  it.each([
    ['the short form', `${registry}/no-way-around/cache:1`],
    ['any other type', 'type=gha'],
    ['several', `type=registry,ref=${registry}/allowed/cache:1 --cache-from type=s3,bucket=other`],
  ])('is refused in %s too', async (_, value) => {
    const folder = await project(step('x'), { policy: allowing(`${registry}/allowed/**`) });
    const refused = await verified(folder, ['--cache-from', ...value.split(' ')], { env: classic });
    expect(refused).toMatchObject({ status: 10, which: null });
  });
});
