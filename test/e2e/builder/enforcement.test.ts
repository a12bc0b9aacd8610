import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type BuilderInfo,
  builderImages,
  builderInfo,
  chooseBuilder,
  createEngine,
  openFactCache,
  type Programs,
  probeEnforcement,
  refuseOldBuilder,
  renderSourcePolicy,
  resolveDockerContext,
} from '../../../src/builder/index.ts';
import { lab, mustRun, temporaryFolder, writeFiles } from '../support/lab.ts';
import { labEnvironment, request, runRequest } from './request.ts';

const engines = [
  ['classic', lab().dockerHost],
  ['containerd', lab().secondDockerHost],
].filter((engine): engine is [string, string] => engine[1] !== null);

const programs: Programs = { docker: lab().docker, buildx: lab().buildx };

async function look(
  host: string,
  cacheFolder: string,
  option: string | null = null,
  using: Programs = programs,
): Promise<BuilderInfo> {
  const environment = labEnvironment({}, host);
  const endpoint = await resolveDockerContext(environment);
  const engine = createEngine(endpoint, { docker: lab().docker, variables: environment.variables });
  const choice = chooseBuilder(environment, option, endpoint.context, false);
  const cache = openFactCache(cacheFolder);
  const starting = { everyNode: false, onStart: () => undefined };
  return builderInfo({ programs: using, environment, choice, endpoint, engine, cache, ...starting });
}

/** A buildx that does something before the real one, noting each call. */
async function wrappedBuildx(before: string): Promise<Programs> {
  const buildx = join(await temporaryFolder(), 'docker-buildx');
  await writeFile(buildx, `#!/bin/sh\n${before}\nexec ${lab().buildx} "$@"\n`);
  await chmod(buildx, 0o755);
  return { ...programs, buildx };
}

describe.each(engines)('the builder of an engine with the %s image store', (_store, host) => {
  it('is known by driver, versions and platform', async () => {
    const info = await look(host, await temporaryFolder());
    expect(info).toMatchObject({ name: 'default', driver: 'docker', platform: expect.stringMatching(/^linux\/\w+$/) });
    expect(info.buildxVersion).toMatch(/^v?0\.\d+/);
    expect(info.nodes[0]?.buildkitVersion).toMatch(/^v?0\.\d+/);
    expect(() => refuseOldBuilder(info)).not.toThrow();
    const environment = labEnvironment({}, host);
    const engine = createEngine(await resolveDockerContext(environment), { docker: null, variables: {} });
    expect(await builderImages(info, engine)).toEqual([]);
  });

  it('passes the probe, which is made once for each buildx and version', async () => {
    const folder = await temporaryFolder();
    const info = await look(host, folder);
    const cache = openFactCache(folder);
    const calls = join(folder, 'calls');
    const counted = await wrappedBuildx(`echo asked >> '${calls}'`);
    const question = { environment: labEnvironment({}, host), info, builder: 'default', cache, everyNode: false };
    const asked = async (): Promise<number> => (await readFile(calls, 'utf8')).match(/asked/g)?.length ?? 0;
    await probeEnforcement({ ...question, programs: counted });
    await probeEnforcement({ ...question, programs: counted });
    expect(await asked()).toBe(1);
    const another = { ...info, buildxVersion: '0.99.0' };
    await probeEnforcement({ ...question, info: another, programs: counted });
    expect(await asked()).toBe(2);
    const broken = await wrappedBuildx('exit 1');
    await expect(probeEnforcement({ ...question, programs: broken })).rejects.toMatchObject({
      code: 'builder.unavailable',
    });
  });
});

describe('a builder that does not obey', () => {
  it('is found out by the probe, and asked again the next time', async () => {
    const folder = await temporaryFolder();
    const info = await look(lab().dockerHost, folder);
    const deaf = await wrappedBuildx('unset EXPERIMENTAL_BUILDKIT_SOURCE_POLICY');
    const cache = openFactCache(folder);
    const question = { environment: labEnvironment(), info, builder: 'default', cache, everyNode: false };
    const refusal = { code: 'builder.unenforceable', hint: expect.stringContaining('update Docker') };
    await expect(probeEnforcement({ ...question, programs: deaf })).rejects.toMatchObject(refusal);
    await expect(probeEnforcement({ ...question, programs: deaf })).rejects.toMatchObject(refusal);
  });

  it.each([
    ['BuildKit before 0.12', { nodes: [{ buildkitVersion: 'v0.11.6' }] }],
    ['an old node beside a new one', { nodes: [{ buildkitVersion: 'v0.25.0' }, { buildkitVersion: 'v0.9.3' }] }],
    ['buildx before 0.11', { buildxVersion: 'v0.10.5' }],
  ])('is refused by its version: %s', async (_title, older) => {
    const info = await look(lab().dockerHost, await temporaryFolder());
    const [node] = info.nodes;
    const nodes = 'nodes' in older ? older.nodes.map((given) => ({ ...node, ...given })) : info.nodes;
    // a node of the real builder with another version
    const changed = { ...info, ...older, nodes } as BuilderInfo;
    expect(() => refuseOldBuilder(changed)).toThrow(expect.objectContaining({ code: 'builder.unenforceable' }));
  });

  it('is unavailable where there is no such builder', async () => {
    await expect(look(lab().dockerHost, await temporaryFolder(), 'nonesuch')).rejects.toMatchObject({
      code: 'builder.unavailable',
      message: expect.stringContaining('nonesuch'),
    });
  });
});

describe.runIf(lab().secondDockerHost)('the builder of another Docker context', () => {
  it('is known by the version of its own engine, and gets the same source policy', async () => {
    const config = await temporaryFolder();
    await mkdir(join(config, 'cli-plugins'));
    await symlink(lab().buildx, join(config, 'cli-plugins', 'docker-buildx'));
    const variables = { ...lab().environment, DOCKER_CONFIG: config, DOCKER_HOST: undefined };
    const target = `host=${lab().secondDockerHost}`;
    const create = ['context', 'create', 'second', '--docker', target];
    await mustRun(lab(), lab().docker, create, { env: { DOCKER_CONFIG: config, DOCKER_HOST: undefined } });
    const environment = labEnvironment({
      variables,
      dockerConfigDirectory: config,
      dockerFlags: ['--context', 'second'],
    });
    const cache = openFactCache(await temporaryFolder());
    const endpoint = await resolveDockerContext(environment);
    const engine = createEngine(endpoint, { docker: lab().docker, variables });
    const choice = chooseBuilder(environment, null, endpoint.context, false);
    expect(choice).toEqual({ name: 'second', variable: 'second' });
    const starting = { everyNode: false, onStart: () => undefined };
    const info = await builderInfo({ programs, environment, choice, endpoint, engine, cache, ...starting });
    expect(info).toMatchObject({ name: 'second', driver: 'docker', host: lab().secondDockerHost });
    expect(info.engineVersion).toMatch(/^\d+\./);
    expect(info.nodes[0]?.buildkitVersion).toMatch(/^v?0\./);
    await probeEnforcement({ programs, environment, info, builder: 'second', cache, everyNode: false });
    const sourcePolicy = renderSourcePolicy({ pins: [], unpinned: [], layouts: [], sources: [] }, null);
    const folder = await writeFiles(await temporaryFolder(), { Dockerfile: `FROM ${lab().registry}/signed/base:1\n` });
    const run = { environment, args: [folder], builder: 'second', sourcePolicy };
    expect((await runRequest(request(run))).denied).toBe(`docker-image://${lab().registry}/signed/base:1`);
  });
});

describe('what is known of a builder', () => {
  it('is asked of buildx once', async () => {
    const folder = await temporaryFolder();
    const calls = join(folder, 'calls');
    const counted = await wrappedBuildx(`echo "$*" >> ${calls}`);
    const first = await look(lab().dockerHost, folder, null, counted);
    expect(await readFile(calls, 'utf8')).toContain('inspect');
    await writeFile(calls, '');
    expect(await look(lab().dockerHost, folder, null, counted)).toEqual(first);
    expect(await readFile(calls, 'utf8')).toBe('');
  });
});
