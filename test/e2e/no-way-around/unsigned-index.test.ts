import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareIndexes, isDifferent, pushIndexes } from '../../../scripts/oracle/compare-indexes.ts';
import { type PoolImage, pushMarked } from '../../../scripts/oracle/image-pool.ts';
import { type Pushed, pushBlob, pushManifestText } from '../../../scripts/oracle/raw-registry.ts';
import { lab, type Outcome, runDocker, runVerify, sign, temporaryFolder, writeFiles } from '../support/lab.ts';
import { executable } from '../support/paths.ts';
import { containerdEngine, engines, keys, project, registry, reported, unguarded } from './project.ts';

const room = 'no-way-around/unsigned-index';
const indexType = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const amd64 = { os: 'linux', architecture: 'amd64' };
const arm64 = { os: 'linux', architecture: 'arm64' };

type Entry = Readonly<Record<string, unknown>>;

const entryOf = ({ mediaType, digest, size }: Pushed, more: Entry = {}): Entry => ({
  mediaType,
  digest,
  size,
  ...more,
});
const signed = (image: Pushed): Promise<unknown> =>
  sign(lab(), `${registry}/${room}@${image.digest}`, { signer: { key: keys.acme.privateKey }, cosign: 3 });

/** Pushes an index of these entries, each a text or a value; it is unsigned. Answers its name. */
async function pushIndex(tag: string, entries: readonly (Entry | string)[]): Promise<string> {
  const listed = entries.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
  const text = `{"schemaVersion":2,"mediaType":"${indexType}","manifests":[${listed.join(',')}]}`;
  if ((await pushManifestText(registry, room, text, indexType, tag)) === null) throw new Error(`refused: ${text}`);
  return `${registry}/${room}:${tag}`;
}

/** Provenance of an image as BuildKit attaches it: an attestation manifest, before 0.32 without a subject of its own. */
async function pushAttestation(about: Pushed, withSubject: boolean): Promise<Pushed> {
  const type = 'https://slsa.dev/provenance/v0.2';
  const subject = [{ name: '_', digest: { sha256: about.digest.slice('sha256:'.length) } }];
  const statement = { _type: 'https://in-toto.io/Statement/v0.1', predicateType: type, subject, predicate: {} };
  const layer = await pushBlob(registry, room, JSON.stringify(statement), 'application/vnd.in-toto+json');
  const config = await pushBlob(registry, room, '{}', 'application/vnd.oci.image.config.v1+json');
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config,
    layers: [{ ...layer, annotations: { 'in-toto.io/predicate-type': type } }],
    ...(withSubject ? { subject: entryOf(about) } : {}),
  };
  const pushed = await pushManifestText(registry, room, JSON.stringify(manifest), manifestType);
  if (pushed === null) throw new Error('the registry refuses an attestation manifest');
  return pushed;
}

const attestationEntry = (attestation: Pushed, platform: Pushed): Entry =>
  entryOf(attestation, {
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': platform.digest,
    },
  });

const dockerfile = (image: string): string => `FROM scratch\nCOPY --from=${image} /marker /which\n`;
let good: readonly [amd: PoolImage, arm: PoolImage];
let evil: readonly [amd: PoolImage, arm: PoolImage];

async function pushPair(marker: string): Promise<readonly [PoolImage, PoolImage]> {
  return [
    await pushMarked(registry, room, `${marker} amd64`, amd64),
    await pushMarked(registry, room, `${marker} arm64`, arm64),
  ];
}

beforeAll(async () => {
  good = await pushPair('good');
  evil = await pushPair('evil');
});

describe.each([
  ['without a subject of its own', false],
  ['with one', true],
])('a signed attestation manifest %s', (_, withSubject) => {
  let honest = '';
  let forged = '';

  beforeAll(async () => {
    const attested = await pushMarked(registry, room, `attested ${withSubject}`, amd64);
    const attestation = await pushAttestation(attested, withSubject);
    await signed(attestation);
    honest = await pushIndex(`honest-${withSubject}`, [
      entryOf(attested, { platform: amd64 }),
      attestationEntry(attestation, attested),
      entryOf(evil[1], { platform: arm64 }),
    ]);
    forged = await pushIndex(`forged-${withSubject}`, [
      entryOf(evil[0], { platform: amd64 }),
      attestationEntry(attestation, evil[0]),
    ]);
  });

  it.each(engines)('vouches for the platform manifest that its bytes name, on the %s store', async (_store, env) => {
    const options = { env };
    const built = await reported(await project(dockerfile(honest)), ['--platform', 'linux/amd64'], options);
    expect(built).toMatchObject({ status: 0, which: `attested ${withSubject}`, report: { verdict: 'allow' } });
    expect(built.report.images).toMatchObject([{ verified: true }]);
    expect(built.report.build?.unverified).toEqual([]);
  });

  it.each(engines)(
    'vouches for no other that an index lists it for, which plain Docker builds, on the %s store',
    async (_store, env) => {
      const folder = await project(dockerfile(forged));
      const args = ['--platform', 'linux/amd64'];
      expect(await unguarded(folder, args, { env })).toMatchObject({ status: 0, which: 'evil amd64' });
      const refused = await reported(folder, args, { env });
      expect(refused).toMatchObject({ status: 10, which: null });
      expect(refused.report.images).toMatchObject([{ verified: false }]);
    },
  );
});

/** Unsigned indexes that a careless reader takes for one of signed images; BuildKit builds the others but in the last. */
const twoFaced: Readonly<Record<string, () => readonly (Entry | string)[]>> = {
  'a second digest in another case': () =>
    [0, 1].map((place) => {
      const [own, other] = [good[place], evil[place]];
      if (own === undefined || other === undefined) throw new Error('two platforms');
      const text = JSON.stringify(entryOf(own, { platform: own.platform }));
      return `${text.slice(0, -1)},"Digest":"${other.digest}","Size":${other.size}}`;
    }),
  'a digest whose key has a long s': () =>
    [0, 1].map((place) => {
      const [own, other] = [good[place], evil[place]];
      if (own === undefined || other === undefined) throw new Error('two platforms');
      return `${JSON.stringify(entryOf(own, { platform: own.platform })).slice(0, -1)},"dige\u017ft":"${other.digest}"}`;
    }),
  'images called attestations, whose system is left out': () => [
    ...evil.map((image) =>
      entryOf(image, {
        platform: { architecture: image.platform['architecture'] },
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
      }),
    ),
    ...good.map((image) => entryOf(image, { platform: image.platform })),
  ],
  'others beside them that match no better': () => [
    ...good.map((image) => entryOf(image, { platform: image.platform })),
    ...evil.map((image) => entryOf(image, { platform: { ...image.platform, variant: 'v1' } })),
    entryOf(evil[1], { platform: { ...arm64, variant: 'v8.1' } }),
  ],
};

/** Writes a layout that holds the images, and an index as its only entry. */
async function layoutOf(indexText: string): Promise<string> {
  const layout = join(await temporaryFolder(), 'layout');
  const read = async (kind: 'manifests' | 'blobs', digest: string): Promise<string> => {
    const headers = { accept: manifestType };
    return await (await fetch(`http://${registry}/v2/${room}/${kind}/${digest}`, { headers })).text();
  };
  const files: Record<string, string> = { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}' };
  for (const { digest } of [...good, ...evil]) {
    const text = await read('manifests', digest);
    files[`blobs/sha256/${digest.slice(7)}`] = text;
    // a manifest that was pushed above
    const { config, layers } = JSON.parse(text) as { readonly config: Pushed; readonly layers: readonly Pushed[] };
    for (const blob of [config, ...layers])
      files[`blobs/sha256/${blob.digest.slice(7)}`] = await read('blobs', blob.digest);
  }
  const index = await pushManifestText(registry, room, indexText, indexType);
  if (index === null) throw new Error('the registry refuses the index');
  files[`blobs/sha256/${index.digest.slice(7)}`] = indexText;
  files['index.json'] = JSON.stringify({ schemaVersion: 2, manifests: [index] });
  return await writeFiles(layout, files);
}

async function baked(folder: string, how: 'verified' | 'plain', env: Readonly<Record<string, string>>) {
  const targets = ['amd', 'arm'];
  const outputs = targets.flatMap((target) => ['--set', `${target}.output=type=local,dest=${how}-${target}`]);
  const options = { cwd: folder, env };
  const outcome: Outcome =
    how === 'verified'
      ? await runVerify(['bake', ...outputs], options)
      : await runDocker(['buildx', 'bake', ...outputs], options);
  const files = targets.map((target) => join(folder, `${how}-${target}`, 'which'));
  const made = files.filter((file) => existsSync(file)).map((file) => readFile(file, 'utf8'));
  return { status: outcome.status, made: await Promise.all(made) };
}

const bakeFile = JSON.stringify({
  group: { default: { targets: ['amd', 'arm'] } },
  target: { amd: { platforms: ['linux/amd64'] }, arm: { platforms: ['linux/arm64'] } },
});

describe.each(Object.entries(twoFaced))('an unsigned index of signed images with %s', (what, entries) => {
  let index = '';
  let text = '';

  beforeAll(async () => {
    await Promise.all(good.map(signed));
    index = await pushIndex(`two-faced-${Object.keys(twoFaced).indexOf(what)}`, entries());
    const listed = entries().map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
    text = `{"schemaVersion":2,"mediaType":"${indexType}","manifests":[${listed.join(',')}]}`;
  });

  it.each(engines)('never gives a build what is unsigned, on the %s store', async (_, env) => {
    const folder = await project(dockerfile(index));
    for (const platform of ['linux/amd64', 'linux/arm64']) {
      const built = await reported(folder, ['--platform', platform], { env });
      expect(built.which ?? '').not.toContain('evil');
      const plain = await unguarded(folder, ['--platform', platform], { env });
      expect(plain.which?.slice(0, 4), 'control').toBe(what.startsWith('others') ? 'good' : 'evil');
      expect(built.status === 0).toBe(plain.which?.startsWith('good'));
    }
  });

  it.skipIf(containerdEngine === null)(
    'is refused for several platforms at once, which plain Docker builds',
    async () => {
      const engine = { env: containerdEngine ?? {} };
      const folder = await project(dockerfile(index));
      const platforms = ['--platform', 'linux/amd64,linux/arm64'];
      expect(await unguarded(folder, platforms, engine)).toMatchObject({ status: 0 });
      expect([10, 11]).toContain((await reported(folder, platforms, engine)).status);
    },
  );

  it('is refused in a bake of targets for several platforms, which plain Docker builds', async () => {
    const folder = await project(dockerfile(index), { files: { 'docker-bake.json': bakeFile } });
    const [, env = {}] = engines[0] ?? [];
    expect((await baked(folder, 'plain', env)).made).toHaveLength(2);
    const { status, made } = await baked(folder, 'verified', env);
    expect([10, 11]).toContain(status);
    expect(made).toEqual([]);
  });

  it.skipIf(containerdEngine === null)('is refused in a layout, which plain Docker builds', async () => {
    const engine = { env: containerdEngine ?? {} };
    const folder = await project(dockerfile(index));
    const args = ['--platform', 'linux/amd64', '--build-context', `${index}=oci-layout://${await layoutOf(text)}`];
    expect(await unguarded(folder, args, engine)).toMatchObject({ status: 0 });
    const refused = await reported(folder, args, engine);
    expect([10, 11]).toContain(refused.status);
    expect(refused.which).toBeNull();
  });
});

describe('an honest unsigned index of signed images', () => {
  let index = '';
  beforeAll(async () => {
    index = await pushIndex(
      'honest',
      good.map((image) => entryOf(image, { platform: image.platform })),
    );
  });

  it('is built on for one platform, by the digest of its manifest', async () => {
    const built = await reported(await project(dockerfile(index)), ['--platform', 'linux/arm64']);
    expect(built).toMatchObject({ status: 0, which: 'good arm64', report: { verdict: 'allow' } });
    expect(built.report.images).toMatchObject([{ platforms: [{ digest: good[1].digest }], verified: true }]);
    expect(built.report.build?.materials.map(({ digest }) => digest)).toContain(good[1].digest);
  });

  it.skipIf(containerdEngine === null)(
    'is refused in a layout, and with the manifest named by digest is not',
    async () => {
      const engine = { env: containerdEngine ?? {} };
      const listed = good.map((image) => JSON.stringify(entryOf(image, { platform: image.platform })));
      const text = `{"schemaVersion":2,"mediaType":"${indexType}","manifests":[${listed.join(',')}]}`;
      const layout = await layoutOf(text);
      const folder = await project(dockerfile(index));
      const context = (digest: string) => [
        '--platform=linux/amd64',
        '--build-context',
        `${index}=oci-layout://${layout}${digest}`,
      ];
      const refused = await reported(folder, context(''), engine);
      expect(refused).toMatchObject({ status: 10, which: null });
      expect(refused.report.images[0]?.findings.map(({ code }) => code)).toContain('signature.platform-uncovered');
      expect(await reported(folder, context(`@${good[0].digest}`), engine)).toMatchObject({
        status: 0,
        which: 'good amd64',
      });
    },
  );
});

describe('random indexes', () => {
  it('are read as the engines read them', { timeout: 300_000 }, async () => {
    const compared = await compareIndexes(lab(), executable, await pushIndexes(lab(), 30, 20_261));
    expect(compared.filter(isDifferent)).toEqual([]);
    // else it would say nothing
    expect(compared.filter(({ ours }) => typeof ours !== 'string').length).toBeGreaterThan(5);
  });
});
