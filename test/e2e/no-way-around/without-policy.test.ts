import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lab, mustRun, runDocker, temporaryFolder } from '../support/lab.ts';
import { scriptedBuildx } from '../support/scripted-buildx.ts';
import { containerdEngine, engines, project, pullLayout, registry, reported, unguarded, verified } from './project.ts';
import { archive } from './remote-context.ts';

const base = `${registry}/signed/base:1`;
const policyFile = 'docker-verify.yaml';

/** The same project with acme's policy, which enforces, and without any. */
async function both(dockerfile: string): Promise<{ readonly ruled: string; readonly unruled: string }> {
  const [ruled, unruled] = await Promise.all([project(dockerfile), project(dockerfile)]);
  await rm(join(unruled, policyFile));
  return { ruled, unruled };
}

/** Nothing kept of builders that were asked before. */
async function fresh(env: Readonly<Record<string, string>> = {}): Promise<Readonly<Record<string, string>>> {
  return { ...env, XDG_CACHE_HOME: await temporaryFolder() };
}

/** A buildx that never answers where `$2` and all arguments fit a shell pattern, and else is the real one. */
async function silentBuildx(pattern: string): Promise<string> {
  const script = `#!/bin/sh\ncase "$*" in ${pattern}) exec sleep 600;; esac\nexec '${lab().buildx}' "$@"\n`;
  return await scriptedBuildx(script);
}

describe.each([
  ['the probe of its obedience', '*type=cacheonly*'],
  ['any question about it', '"buildx inspect"*'],
])('a builder that never answers %s', (_, pattern) => {
  it('is built with where there is no policy, held to what was verified; a policy refuses it', {
    timeout: 120_000,
  }, async () => {
    const { ruled, unruled } = await both(`FROM ${base}\nRUN --network=none echo silent >/which\n`);
    const env = await fresh({ DOCKER_CONFIG: await silentBuildx(pattern) });
    const [built, refused] = await Promise.all([reported(unruled, [], { env }), verified(ruled, [], { env })]);
    expect(built).toMatchObject({ status: 0, report: { verdict: 'warn' } });
    expect(built.stderr).toContain('whether the builder enforces anything is not known');
    expect(built.report.build?.unverified).toEqual([]);
    expect(built.report.build?.materials).not.toEqual([]);
    expect(refused).toMatchObject({ status: 11, which: null });
  });
});

describe('a registry that never answers', () => {
  it('is no obstacle to an image that the engine has, where there is no policy; a policy refuses it', {
    timeout: 120_000,
  }, async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo; // it listens on TCP
    const image = `127.0.0.1:${port}/without-policy/base:1`;
    const [, env = {}] = engines[0] ?? [];
    await mustRun(lab(), lab().docker, ['pull', '--quiet', base], { env });
    await mustRun(lab(), lab().docker, ['tag', base, image], { env });
    try {
      const { ruled, unruled } = await both(`FROM ${image}\nRUN --network=none echo held >/which\n`);
      const args = ['--verify-timeout', '3s'];
      const built = await reported(unruled, args, { env });
      expect(built).toMatchObject({ status: 0, which: 'held\n', report: { verdict: 'warn' } });
      expect(built.report.images).toMatchObject([{ status: 'warn', verified: false }]);
      expect(await verified(ruled, args, { env })).toMatchObject({ status: 11, which: null });
    } finally {
      await runDocker(['image', 'rm', '-f', image, base], { env });
      silent.close();
    }
  });
});

describe.runIf(containerdEngine !== null)('a layout that cannot be read', () => {
  it('is built on where there is no policy, as plain Docker does; a policy refuses it', async () => {
    const { ruled, unruled } = await both('FROM scratch\nCOPY --from=example.com/lay/base:1 /bin/busybox /which\n');
    const layout = await pullLayout(base);
    const index = await readFile(join(layout, 'index.json'), 'utf8');
    // Go takes either key for `manifests`, and the last one counts: two readers would read two things
    await writeFile(join(layout, 'index.json'), index.replace('"manifests"', '"Manifests":[],"manifests"'));
    const args = ['--build-context', `example.com/lay/base:1=oci-layout://${layout}`];
    const env = containerdEngine ?? {};
    expect(await unguarded(unruled, args, { env })).toMatchObject({ status: 0 });
    const built = await reported(unruled, args, { env });
    expect(built).toMatchObject({ status: 0, report: { verdict: 'warn' } });
    expect(built.which).not.toBeNull();
    expect(built.report.images).toMatchObject([{ status: 'warn', verified: false, digest: null }]);
    expect(built.report.images[0]?.findings[0]).toMatchObject({ code: 'image.unresolved', level: 'warning' });
    expect(built.stderr).not.toContain('do not use it');
    expect(await verified(ruled, args, { env })).toMatchObject({ status: 11, which: null });
  });
});

describe('more images than can be met one by one', () => {
  const context = async () => {
    const copies = Array.from(
      { length: 10 },
      (_, at) => `COPY --from=${registry}/signed/b${at}:1 /bin/busybox /${at}\n`,
    );
    const Dockerfile = `FROM ${base}\n${copies.join('')}RUN echo many >/which\n`;
    return { context: '-', stdin: await archive({ Dockerfile }, '-cjf') };
  };

  it('are let through with a warning where there is no policy; a policy refuses them', {
    timeout: 180_000,
  }, async () => {
    const { ruled, unruled } = await both('');
    const args = ['--network=none'];
    const built = await reported(unruled, args, await context());
    expect(built).toMatchObject({ status: 0, which: 'many\n', report: { verdict: 'warn' } });
    expect(built.report.findings).toMatchObject([{ code: 'image.unverifiable', level: 'warning' }]);
    expect(built.report.images).toHaveLength(8);
    expect(built.report.build?.unverified).toHaveLength(3);
    expect(built.stderr).toContain('goes on with the rest as plain docker build would');
    const refused = await reported(ruled, args, await context());
    expect(refused).toMatchObject({ status: 10, which: null });
    expect(refused.report.findings).toMatchObject([{ code: 'image.unverifiable', level: 'error' }]);
  });

  it("are refused by the user's own source policy all the same", { timeout: 180_000 }, async () => {
    const { unruled } = await both('');
    const file = join(await temporaryFolder(), 'own.json');
    await writeFile(
      file,
      JSON.stringify({ rules: [{ action: 'DENY', selector: { identifier: 'docker-image://x' } }] }),
    );
    const options = { ...(await context()), env: { EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: file } };
    expect(await verified(unruled, ['--network=none'], options)).toMatchObject({ status: 10, which: null });
  });
});
