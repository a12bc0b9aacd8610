import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { lab, mustRun, type Outcome, projectFolder, pushIndex, runVerify, sign } from '../support/lab.ts';

const running = lab();
const { registry, keys } = running;

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const emptyConfiguration = '{}';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

async function must(request: Promise<Response>): Promise<Response> {
  const response = await request;
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response;
}

async function pushBlob(repository: string, text: string, mediaType: string): Promise<Descriptor> {
  const started = await must(fetch(`http://${registry}/v2/${repository}/blobs/uploads/`, { method: 'POST' }));
  const url = new URL(started.headers.get('location') ?? '', `http://${registry}`);
  const digest = digestOf(text);
  url.searchParams.set('digest', digest);
  await must(fetch(url, { method: 'PUT', body: text, headers: { 'content-type': 'application/octet-stream' } }));
  return { mediaType, digest, size: Buffer.byteLength(text) };
}

async function pushManifest(repository: string, reference: string | null, content: object): Promise<Descriptor> {
  const text = JSON.stringify(content);
  const mediaType = 'manifests' in content ? indexType : manifestType;
  const url = `http://${registry}/v2/${repository}/manifests/${reference ?? digestOf(text)}`;
  await must(fetch(url, { method: 'PUT', body: text, headers: { 'content-type': mediaType } }));
  return { mediaType, digest: digestOf(text), size: Buffer.byteLength(text) };
}

const spdx = (version: string): object => ({
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  packages: [
    { SPDXID: 'SPDXRef-1', name: 'base-files', versionInfo: '12.4' },
    { SPDXID: 'SPDXRef-2', name: 'xz-utils', versionInfo: version },
  ],
});

const statement = (predicateType: string, subject: string, predicate: object): string =>
  JSON.stringify({
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType,
    subject: [{ name: '_', digest: { sha256: subject.replace('sha256:', '') } }],
    predicate,
  });

/** What an attestation manifest holds beside provenance. */
interface Contents {
  readonly version: string;
  /** The digest that the SBOM says it is about, where that is not the platform's. */
  readonly about?: string;
}

/** BuildKit's attestation manifest about a platform manifest, with provenance and an SBOM. */
async function pushAttestations(repository: string, platform: Descriptor, contents: Contents): Promise<Descriptor> {
  const layer = async (type: string, subject: string, predicate: object): Promise<Descriptor> => ({
    ...(await pushBlob(repository, statement(type, subject, predicate), 'application/vnd.in-toto+json')),
    annotations: { 'in-toto.io/predicate-type': type },
  });
  const manifest = await pushManifest(repository, null, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: await pushBlob(repository, emptyConfiguration, 'application/vnd.oci.image.config.v1+json'),
    layers: [
      await layer('https://slsa.dev/provenance/v0.2', platform.digest, { buildType: contents.version }),
      await layer('https://spdx.dev/Document', contents.about ?? platform.digest, spdx(contents.version)),
    ],
  });
  return {
    ...manifest,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': platform.digest,
    },
  };
}

const clean = '5.6.1+really5.4.5-1';
const backdoored = '5.6.1-1';

type Signed = 'index' | 'attestations' | 'amd64 attestations' | 'platforms';

interface Shape {
  readonly amd64?: string;
  readonly arm64?: string;
  readonly signed: readonly Signed[];
  /** Who signs the attestation manifests. */
  readonly key?: string;
  /** A further attestation manifest about amd64, which is unsigned. */
  readonly second?: string;
  readonly about?: string;
}

const images: Readonly<Record<string, Shape>> = {
  'signed-index': { signed: ['index'] },
  'signed-attestations': { signed: ['attestations'] },
  'backdoored-index': { amd64: backdoored, signed: ['index'] },
  'backdoored-attestations': { amd64: backdoored, signed: ['attestations'] },
  'backdoored-arm64': { arm64: backdoored, signed: ['attestations'] },
  'amd64-alone': { signed: ['platforms', 'amd64 attestations'] },
  unsigned: { signed: ['platforms'] },
  untrusted: { signed: ['platforms', 'attestations'], key: keys.mallory.privateKey },
  'second-unsigned': { signed: ['attestations'], second: clean },
  'about-another': { signed: ['index'], about: digestOf('another') },
};

async function push(name: string, shape: Shape): Promise<void> {
  const repository = `index-sboms/${name}`;
  const reference = `${registry}/${repository}:1`;
  await pushIndex(running, `${registry}/unsigned/base:1`, reference);
  const raw = await mustRun(running, running.crane, ['manifest', '--insecure', reference]);
  // the index that crane has just pushed
  const { manifests } = JSON.parse(raw) as { readonly manifests: readonly Descriptor[] };
  const platforms = manifests.filter(({ platform }) => platform !== undefined);
  const attestations: Descriptor[] = [];
  for (const platform of platforms) {
    const architecture = platform.platform?.architecture === 'arm64' ? 'arm64' : 'amd64';
    const about = shape.about === undefined ? {} : { about: shape.about };
    attestations.push(
      await pushAttestations(repository, platform, { version: shape[architecture] ?? clean, ...about }),
    );
  }
  const [first] = platforms;
  const second =
    shape.second === undefined || first === undefined
      ? []
      : [await pushAttestations(repository, first, { version: `${shape.second}.1` })];
  const children = [...platforms, ...attestations, ...second];
  await pushManifest(repository, '1', { schemaVersion: 2, mediaType: indexType, manifests: children });
  const at = ({ digest }: Descriptor): string => `${registry}/${repository}@${digest}`;
  const places: Readonly<Record<Signed, readonly string[]>> = {
    index: [reference],
    attestations: attestations.map(at),
    'amd64 attestations': attestations.slice(0, 1).map(at),
    platforms: platforms.map(at),
  };
  for (const place of shape.signed) {
    const key = place.endsWith('attestations') ? shape.key : undefined;
    for (const subject of places[place])
      await sign(running, subject, { signer: { key: key ?? keys.acme.privateKey }, cosign: 3 });
  }
}

const policy = JSON.stringify({
  version: 1,
  mode: 'enforce',
  default: 'deny',
  rules: [
    {
      images: ['127.0.0.1:*/**'],
      signedBy: [{ key: 'acme.pub', log: 'optional' }],
      require: { packages: { deny: ['xz-utils@5.6.0 - 5.6.1'] } },
    },
  ],
});

async function check(image: string, ...platforms: readonly string[]): Promise<Outcome> {
  const dockerfile = `FROM ${registry}/index-sboms/${image}:1\n`;
  const folder = await projectFolder({ Dockerfile: dockerfile, 'docker-verify.yaml': policy });
  const platform = platforms.length === 0 ? 'linux/amd64' : platforms.join(',');
  return await runVerify(['check', '--platform', platform, '.'], { cwd: folder });
}

beforeAll(async () => {
  for (const [name, shape] of Object.entries(images)) await push(name, shape);
});

describe("an SBOM inside an image's index", () => {
  it.each([
    ['the index is signed', 'signed-index', { status: 0 }],
    [
      'the attestation manifests are, but only for one platform at a time',
      'signed-attestations',
      { status: 10, stdout: expect.stringContaining('signature.platform-uncovered') },
    ],
  ])('counts where %s', async (_, image, forBoth) => {
    expect(await check(image)).toMatchObject({ status: 0 });
    expect(await check(image, 'linux/arm64')).toMatchObject({ status: 0 });
    expect(await check(image, 'linux/amd64', 'linux/arm64')).toMatchObject(forBoth);
  });

  it.each(['backdoored-index', 'backdoored-attestations'])('tells what is denied in %s', async (image) => {
    const { status, stdout } = await check(image);
    expect(status).toBe(10);
    expect(stdout).toContain('package.denied');
    expect(stdout).toContain('xz-utils 5.6.1-1');
  });

  it('speaks of its own platform alone', async () => {
    expect(await check('backdoored-arm64')).toMatchObject({ status: 0 });
    expect(await check('backdoored-arm64', 'linux/arm64')).toMatchObject({
      status: 10,
      stdout: expect.stringContaining('package.denied'),
    });
    expect(await check('amd64-alone')).toMatchObject({ status: 0 });
    expect(await check('amd64-alone', 'linux/amd64', 'linux/arm64')).toMatchObject({
      status: 10,
      stdout: expect.stringContaining('package.unknown'),
    });
  });

  it.each([
    ['only the images are signed', 'unsigned'],
    ['an untrusted signer signed it', 'untrusted'],
    ['a second attestation manifest beside the signed one speaks of the platform too', 'second-unsigned'],
    ['it is about another image', 'about-another'],
  ])('counts as unsigned where %s', async (_, image) => {
    expect(await check(image)).toMatchObject({ status: 10, stdout: expect.stringContaining('package.unknown') });
  });
});
