import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import * as asn1js from 'asn1js';
import { AlgorithmIdentifier, MessageImprint, TimeStampReq } from 'pkijs';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultIdentity, digestOf, lab, projectFolder, pushLayer, runVerify, sign } from '../support/lab.ts';

const { registry, keys, sigstore, trustedRoot } = lab();
const run = `age-${process.pid}-${Date.now()}`;
const repository = (name: string): string => `${run}/${name}`;
const image = (name: string): string => `${registry}/${repository(name)}:1`;

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}
interface Listed {
  readonly manifests: readonly [Descriptor, ...Descriptor[]];
}
interface Manifest {
  readonly layers: readonly [Descriptor];
}
interface Bundle {
  readonly verificationMaterial: object;
  readonly dsseEnvelope: { readonly signatures: readonly [{ readonly sig: string }] };
}

/** What cosign wrote there, in this shape. */
async function read<T>(path: string, accept = '*/*'): Promise<T> {
  return (await (await ask(path, { headers: { accept } })).json()) as T;
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path.startsWith('http') ? path : `http://${registry}/v2/${path}`, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

async function push(name: string, text: string): Promise<Descriptor> {
  const started = await ask(`${repository(name)}/blobs/uploads/`, { method: 'POST' });
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const url = new URL(started.headers.get('location') ?? '', `http://${registry}`);
  url.searchParams.set('digest', digest);
  await ask(url.href, { method: 'PUT', body: text, headers: { 'content-type': 'application/octet-stream' } });
  return { digest, size: Buffer.byteLength(text) };
}

/** What anybody can do who sees a signature: ask an authority that everybody trusts to stamp it. */
async function stamp(signature: Buffer): Promise<string> {
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: '2.16.840.1.101.3.4.2.1' }),
      hashedMessage: new asn1js.OctetString({ valueHex: createHash('sha256').update(signature).digest() }),
    }),
    certReq: true,
  });
  const response = await ask(`${sigstore}/api/v1/timestamp`, {
    method: 'POST',
    body: request.toSchema().toBER(),
    headers: { 'content-type': 'application/timestamp-query' },
  });
  return Buffer.from(await response.arrayBuffer()).toString('base64');
}

/** Attaches the signature that is there once more: without its log entry, and with a timestamp of now. */
async function restamp(name: string, options: { readonly alone: boolean }): Promise<void> {
  const tag = (await digestOf(lab(), image(name))).replace(':', '-');
  const listed = `${repository(name)}/manifests/${tag}`;
  const index = await read<Listed>(listed, indexType);
  const [first] = index.manifests;
  const manifest = await read<Manifest>(`${repository(name)}/manifests/${first.digest}`, manifestType);
  const [layer] = manifest.layers;
  const bundle = await read<Bundle>(`${repository(name)}/blobs/${layer.digest}`);
  const signedTimestamp = await stamp(Buffer.from(bundle.dsseEnvelope.signatures[0].sig, 'base64'));
  const verificationMaterial = {
    ...bundle.verificationMaterial,
    tlogEntries: [],
    timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp }] },
  };
  const pushed = await push(name, JSON.stringify({ ...bundle, verificationMaterial }));
  const text = JSON.stringify({ ...manifest, layers: [{ ...layer, ...pushed }] });
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const put = (to: string, body: string, type: string) =>
    ask(to, { method: 'PUT', body, headers: { 'content-type': type } });
  await put(`${repository(name)}/manifests/${digest}`, text, manifestType);
  const added = { ...first, digest, size: Buffer.byteLength(text) };
  const manifests = options.alone ? [added] : [...index.manifests, added];
  await put(listed, JSON.stringify({ ...index, manifests }), indexType);
}

interface Outcome {
  readonly status: number;
  readonly codes: readonly string[];
  readonly evidence: readonly { readonly verified: boolean; readonly time: string | null; readonly log: unknown }[];
}

const byKey = { key: 'acme.pub' };
const byIdentity = { keyless: { issuer: defaultIdentity.issuer, identity: defaultIdentity.email } };

async function check(
  name: string,
  require: object,
  signer: object = byKey,
  lock: string | null = null,
): Promise<Outcome> {
  const rule = { images: ['**'], signedBy: [signer], require };
  const folder = await projectFolder({
    Dockerfile: `FROM ${image(name)}\n`,
    'docker-verify.yaml': JSON.stringify({ version: 1, rules: [rule] }),
    ...(lock === null ? {} : { 'docker-verify.lock.json': lock }),
  });
  const options = ['--trusted-root', trustedRoot, '--refresh', '--format', 'json'];
  const { status, stdout, stderr } = await runVerify(['check', ...options, '.'], { cwd: folder });
  const [found] = JSON.parse(stdout || `{"images": [{"findings": [{"code": ${JSON.stringify(stderr)}}]}]}`).images;
  const findings: readonly { code: string; level: string }[] = found.findings;
  return {
    status,
    codes: findings.filter(({ level }) => level !== 'note').map(({ code }) => code),
    evidence: found.evidence,
  };
}

const images = { logged: 'rekor1', stamped: 'timestamp', renewed: 'rekor1', beside: 'rekor1' } as const;

beforeAll(async () => {
  for (const [name, witness] of Object.entries(images)) {
    await pushLayer(lab(), null, image(name), { [name]: run });
    await sign(lab(), image(name), { signer: { key: keys.acme.privateKey }, cosign: 3, witness });
  }
  await pushLayer(lab(), null, image('keyless'), { keyless: run });
  await sign(lab(), image('keyless'), { signer: { identity: {} }, cosign: 3, witness: 'timestamp' });
  await setTimeout(2_000); // so that all of them are older than a second
  await restamp('renewed', { alone: true });
  await restamp('beside', { alone: false });
});

describe('maxAge', () => {
  it.each([
    ['counts the log entry of a key’s signature', 'logged', '90d', byKey, 0, []],
    ['refuses an old log entry', 'logged', '1s', byKey, 10, ['image.too-old']],
    ['does not count a timestamp beside a key’s signature', 'stamped', '90d', byKey, 10, ['image.too-old']],
    ['counts the timestamp of a keyless signature', 'keyless', '90d', byIdentity, 0, []],
    ['refuses an old timestamp of a keyless signature', 'keyless', '1s', byIdentity, 10, ['image.too-old']],
    ['is not renewed by a new timestamp in place of the log entry', 'renewed', '90d', byKey, 10, ['image.too-old']],
    ['is not renewed by a new timestamp beside the log entry', 'beside', '1s', byKey, 10, ['image.too-old']],
  ] as const)('%s', async (_, name, maxAge, signer, status, codes) => {
    expect(await check(name, { maxAge }, signer)).toMatchObject({ status, codes });
  });

  it('takes the lock’s time where there is only a timestamp', async () => {
    const lock = JSON.stringify({
      lockVersion: 1,
      images: {
        [image('stamped')]: {
          digest: await digestOf(lab(), image('stamped')),
          signer: null,
          lockedAt: new Date().toISOString(),
        },
      },
    });
    expect(await check('stamped', { maxAge: '90d' }, byKey, lock)).toMatchObject({ status: 0 });
  });

  it('would have been renewed: the new timestamp is sound, and later than the log entry', async () => {
    const { evidence } = await check('beside', { minAge: '1s' });
    const [logged] = evidence.filter(({ log }) => log !== null);
    const [renewed] = evidence.filter(({ log }) => log === null);
    expect([logged?.verified, renewed?.verified]).toEqual([true, true]);
    expect(Date.parse(renewed?.time ?? '') - Date.parse(logged?.time ?? '')).toBeGreaterThan(1_000);
  });
});

describe('minAge', () => {
  it.each([
    ['counts a log entry', 'logged', '1s', byKey, 0, []],
    ['counts a timestamp beside a key’s signature', 'stamped', '1s', byKey, 0, []],
    ['counts a keyless signature’s timestamp', 'keyless', '1s', byIdentity, 0, []],
    ['takes the earliest that is proven', 'beside', '1s', byKey, 0, []],
    ['refuses what is logged since', 'logged', '1d', byKey, 10, ['image.too-new']],
    ['refuses what is stamped since', 'stamped', '1d', byKey, 10, ['image.too-new']],
    ['refuses what is signed without a key since', 'keyless', '1d', byIdentity, 10, ['image.too-new']],
  ] as const)('%s', async (_, name, minAge, signer, status, codes) => {
    expect(await check(name, { minAge }, signer)).toMatchObject({ status, codes });
  });
});
