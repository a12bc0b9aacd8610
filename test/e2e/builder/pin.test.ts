import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Audit,
  auditMaterials,
  createEngine,
  renderSourcePolicy,
  unpinnableNames,
} from '../../../src/builder/index.ts';
import { type Pin, type PinSet, parseCanonicalName, parseDigest } from '../../../src/model/index.ts';
import { copyImage, digestOf, lab, mustRun, pushLayer, temporaryFolder, writeFiles } from '../support/lab.ts';
import { type BuildRun, labEnvironment, request, runRequest } from './request.ts';

const registry = lab().registry;
const good = `${registry}/builder-room/good`;
const evil = `${registry}/builder-room/evil`;
let goodDigest = '';
let evilDigest = '';

const engines = [
  ['classic', lab().dockerHost],
  ['containerd', lab().secondDockerHost],
].filter((engine): engine is [string, string] => engine[1] !== null);

function pin(name: string, digest: string, options: Partial<Pin> = {}): Pin {
  return {
    name: parseCanonicalName(name),
    digest: parseDigest(digest),
    platformDigests: [],
    wholeIndex: true,
    chainIds: {},
    ...options,
  };
}

function audit(metadata: unknown, pins: PinSet): Audit {
  const targets = [{ name: 'default', platforms: ['linux/amd64'] }];
  return auditMaterials({
    metadata,
    verb: 'build',
    targets,
    targetsWithImages: ['default'],
    targetsOfNothing: [],
    pins,
    pushed: null,
  });
}

const pinSet = (...pins: readonly Pin[]): PinSet => ({ pins, unpinned: [], layouts: [], sources: [] });

interface Build {
  readonly pins: PinSet | null;
  readonly engine: string;
  readonly args?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

/** Builds a Dockerfile to the file `marker` of its result, without the builder's cache; answers what that file holds. */
async function build(dockerfile: string, given: Build): Promise<BuildRun & { readonly folder: string }> {
  const folder = await writeFiles(await temporaryFolder(), { Dockerfile: dockerfile, ...given.files });
  const run = await runRequest(
    request({
      environment: labEnvironment({ workingDirectory: folder }, given.engine),
      args: ['--progress=plain', '--output=type=cacheonly', ...(given.args ?? []), '.'],
      fresh: true,
      sourcePolicy: given.pins === null ? null : renderSourcePolicy(given.pins, null),
    }),
  );
  return { ...run, folder };
}

/** A last stage that prints which base it got. */
const saysGood = 'RUN --network=none ["/bin/busybox", "test", "-e", "/marker-good"]\n';

beforeAll(async () => {
  const base = `${registry}/signed/base:1`;
  goodDigest = await pushLayer(lab(), base, `${good}:1`, { 'marker-good': 'good' });
  evilDigest = await pushLayer(lab(), base, `${evil}:1`, { 'marker-evil': 'evil' });
  await copyImage(lab(), `${good}:1`, `${good}:1.2`);
  await copyImage(lab(), `${evil}:1`, `${good}:moved`);
});

describe.each(engines)('the pin, on an engine with the %s image store', (store, engine) => {
  const pinned = (...pins: readonly Pin[]): Build => ({ engine, pins: pinSet(...pins) });

  it('builds from the digest that was verified though the tag has moved', async () => {
    const run = await build(`FROM ${good}:moved\n${saysGood}`, pinned(pin(`${good}:moved`, goodDigest)));
    expect(run.stderr).toContain(`${good}:moved@${goodDigest}`);
    expect(run.status).toBe(0);
  });

  it('without the pin the moved tag gets in (control)', async () => {
    const run = await build(`FROM ${good}:moved\n${saysGood}`, { engine, pins: null });
    expect(run.status).not.toBe(0);
    expect(run.stderr).toContain(`${good}:moved@${evilDigest}`);
  });

  it.each([
    ['tag', () => `${good}:1`, () => `${good}:1`],
    ['tag and digest', () => `${good}:1@${goodDigest}`, () => `${good}:1@${goodDigest}`],
    ['digest', () => `${good}@${goodDigest}`, () => `${good}@${goodDigest}`],
    [
      'no tag that exists beside the digest',
      () => `${good}:nonesuch@${goodDigest}`,
      () => `${good}:nonesuch@${goodDigest}`,
    ],
    [
      'another spelling of the host',
      () => `LOCALHOST:${registry.split(':')[1]}/builder-room/good:1`,
      () => `LOCALHOST:${registry.split(':')[1]}/builder-room/good:1`,
    ],
  ])('builds an image written with %s', async (_title, written, name) => {
    const run = await build(`FROM ${written()}\n${saysGood}`, pinned(pin(name(), goodDigest)));
    expect(run).toMatchObject({ status: 0, denied: null });
  });

  it.each([
    ['an image beside it', () => `FROM ${evil}:1\n`],
    ['the pinned tag at another digest', () => `FROM ${good}:1@${evilDigest}\n`],
    ['another digest alone', () => `FROM ${evil}@${evilDigest}\n`],
    ['a longer tag', () => `FROM ${good}:1.2\n`],
    ['the pinned digest under another repository', () => `FROM ${evil}@${goodDigest}\n`],
    ['COPY --from', () => `FROM ${good}:1\nCOPY --from=${evil}:1 /marker-evil /\n`],
    [
      'RUN --mount',
      () => `FROM ${good}:1\nRUN --mount=from=${evil}:1,target=/m --network=none ["/bin/busybox", "true"]\n`,
    ],
    ['a frontend', () => `# syntax=${evil}:1\nFROM ${good}:1\n`],
  ])('denies %s, and tells which source', async (_title, dockerfile) => {
    const run = await build(dockerfile(), pinned(pin(`${good}:1`, goodDigest)));
    expect(run.status).toBe(1);
    expect(run.denied).toMatch(/^docker-image:\/\//);
    expect(dockerfile()).toContain(run.denied?.slice('docker-image://'.length) ?? '-');
  });

  // the docker driver on the classic store makes no attestation, and does not get so far
  it.skipIf(store === 'classic')('denies the SBOM generator', async () => {
    const args = [`--sbom=generator=${evil}:1`, '--output=type=local,dest=out'];
    const run = await build(`FROM ${good}:1\n`, { ...pinned(pin(`${good}:1`, goodDigest)), args });
    expect(run.denied).toBe(`docker-image://${evil}:1`);
  });

  it('denies an ONBUILD trigger that was not foreseen', async () => {
    const name = `${registry}/signed/onbuild-unsigned:1`;
    const run = await build(`FROM ${name}\n`, pinned(pin(name, await digestOf(lab(), name))));
    expect(run.denied).toBe(`docker-image://${registry}/unsigned/base:1`);
  });

  it('denies a named context that leads to another image', async () => {
    const args = [`--build-context=${good}:1=docker-image://${evil}:1`];
    const run = await build(`FROM ${good}:1\n`, { ...pinned(pin(`${good}:1`, goodDigest)), args });
    expect(run.denied).toBe(`docker-image://${evil}:1`);
  });

  it('keeps an OCI layout from standing in for an image', async () => {
    const args = [`--build-context=${good}:1=oci-layout://${lab().layout}`];
    const run = await build(`FROM ${good}:1\nCOPY Dockerfile /x\n`, { ...pinned(pin(`${good}:1`, goodDigest)), args });
    expect(run.denied).toMatch(/^oci-layout:\/\/.*\/builder-room\/good:1@sha256:/);
  });

  it.each(['shared', 'shared:2', `${registry}/builder-room/shared`])(
    'builds from an OCI layout that was verified, named %s',
    async (name) => {
      // read from the layout's own index, in this shape
      const index = JSON.parse(await readFile(join(lab().layout, 'index.json'), 'utf8')) as {
        manifests: { digest: string }[];
      };
      const digest = parseDigest(index.manifests[0]?.digest ?? '');
      const layouts = [{ identifier: `oci-layout://${parseCanonicalName(name)}`, digest }];
      const args = [`--build-context=${name}=oci-layout://${lab().layout}`];
      const run = await build(`FROM ${name}\nCOPY Dockerfile /x\n`, { engine, pins: { ...pinSet(), layouts }, args });
      expect(run.denied).toBeNull();
      // the classic store has no such source
      expect(run.status).toBe(store === 'containerd' ? 0 : 1);
    },
  );

  it('replaces a local image of the same tag by the one that was verified', async () => {
    const name = `${good}:shadow`;
    const environment = { DOCKER_HOST: engine };
    const { docker } = lab();
    await copyImage(lab(), `${good}:1`, name);
    const local = await writeFiles(await temporaryFolder(), { Dockerfile: `FROM ${evil}:1\n` });
    await mustRun(lab(), docker, ['buildx', 'build', '--quiet', '--load', '--tag', name, local], { env: environment });
    try {
      const shadowed = await build(`FROM ${name}\n${saysGood}`, { engine, pins: null });
      expect(shadowed.status, 'control: the local one is preferred').not.toBe(0);
      const run = await build(`FROM ${name}\n${saysGood}`, pinned(pin(name, goodDigest)));
      expect(run.status).toBe(0);
    } finally {
      await mustRun(lab(), docker, ['image', 'rm', '--force', name], { env: environment });
    }
  });

  it('uses a single platform that was vouched for, though its index is not allowed', async () => {
    const name = `${registry}/signed/multi:1`;
    const index = await digestOf(lab(), name);
    const child = await mustRun(lab(), lab().crane, ['digest', '--insecure', '--platform=linux/arm64', name]);
    const only = pin(name, index, { wholeIndex: false, platformDigests: [parseDigest(child)] });
    const run = await build(`FROM ${name}\nCOPY Dockerfile /x\n`, {
      ...pinned(only),
      args: ['--platform=linux/arm64'],
    });
    expect(run).toMatchObject({ status: 0, denied: null });
    const audited = audit(run.metadata, pinSet(only));
    expect(audited).toMatchObject({ audited: true, unverified: [] });
    expect(audited.materials.map(({ digest }) => digest)).toEqual([child]);
    const byIndex = await build(`FROM ${name}@${index}\n`, { ...pinned(only), args: ['--platform=linux/amd64'] });
    expect(byIndex.denied).toBe(`docker-image://${name}@${index}`);
  });

  it.runIf(store === 'containerd')(
    'uses an index for several platforms, and denies platforms that only were vouched for one by one',
    async () => {
      const name = `${registry}/signed/multi:1`;
      const index = await digestOf(lab(), name);
      const platforms = ['linux/amd64', 'linux/arm64'];
      const children = platforms.map((platform) =>
        mustRun(lab(), lab().crane, ['digest', '--insecure', `--platform=${platform}`, name]),
      );
      const platformDigests = (await Promise.all(children)).map(parseDigest);
      const args = [`--platform=${platforms.join(',')}`];
      const whole = pinSet(pin(name, index));
      const run = await build(`FROM ${name}\nCOPY Dockerfile /x\n`, { engine, pins: whole, args });
      expect(run.status).toBe(0);
      expect(audit(run.metadata, whole)).toMatchObject({ audited: true, unverified: [] });
      const apart = pinSet(pin(name, index, { wholeIndex: false, platformDigests }));
      expect(unpinnableNames(apart)).toEqual([name]);
      expect((await build(`FROM ${name}\n`, { engine, pins: apart, args })).denied).toBe(`docker-image://${name}`);
      expect(audit(run.metadata, apart).unverified).toHaveLength(2);
    },
  );

  it('lets an image through that is only in the local store, and the audit knows it', async () => {
    const name = 'builder-room/only-here:1';
    const env = { DOCKER_HOST: engine };
    const folder = await writeFiles(await temporaryFolder(), { Dockerfile: `FROM ${good}:1\n` });
    await mustRun(lab(), lab().docker, ['buildx', 'build', '--quiet', '--load', '--tag', name, folder], { env });
    try {
      const local = await createEngine(
        { context: 'default', host: engine, tls: null, local: true },
        { docker: null, variables: {} },
      ).inspectImage(`docker.io/${name}`);
      const unpinned = [{ name: parseCanonicalName(name), anyDigest: false, reason: 'local' }];
      const digest = local?.digest ?? null;
      const pins = digest === null ? { ...pinSet(), unpinned } : pinSet(pin(name, digest));
      const run = await build(`FROM ${name}\n${saysGood}`, { engine, pins });
      expect(run).toMatchObject({ status: 0, denied: null });
      expect(audit(run.metadata, pins)).toMatchObject({ audited: true, unverified: [] });
      expect(audit(run.metadata, pinSet()).unverified).toHaveLength(1);
      expect((await build(`FROM ${name}\n`, { engine, pins: pinSet() })).denied).toMatch(/only-here/);
    } finally {
      await mustRun(lab(), lab().docker, ['image', 'rm', '--force', name], { env });
    }
  });

  it('a folder in the place of an image leaves no material, which is no audit', async () => {
    const args = [`--build-context=${good}:1=./folder`];
    const files = { 'folder/bin': 'evil' };
    const pins = pinSet(pin(`${good}:1`, goodDigest));
    const run = await build(`FROM ${good}:1\nCOPY Dockerfile /x\n`, { engine, pins, args, files });
    expect(run.status).toBe(0);
    expect(audit(run.metadata, pins).audited).toBe(false);
  });
});

describe('what a RUN step prints', () => {
  it('is never taken for a denial', async () => {
    const words = 'source \\"docker-image://x.example/y:1\\" denied by policy: source denied by policy';
    const script = `RUN --network=none echo "ERROR: failed to build: failed to solve: ${words}"; exit 3\n`;
    const run = await build(`FROM ${good}:1\n${script}`, {
      engine: lab().dockerHost,
      pins: pinSet(pin(`${good}:1`, goodDigest)),
    });
    expect(run.status).not.toBe(0);
    expect(run.stderr).toContain('x.example/y:1');
    expect(run.denied).toBeNull();
  });
});
