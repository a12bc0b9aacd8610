import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RegistryStore, startTestRegistry, type TestRegistry } from '../lab/test-registry.ts';
import { root } from './folders.ts';

const keyed = 'warm/base';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const simpleSigningType = 'application/vnd.dev.cosign.simplesigning.v1+json';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface ManifestParts {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly artifactType?: string;
  readonly subject?: Descriptor;
}

function putBlob(store: RegistryStore, mediaType: string, content: string): Descriptor {
  return { mediaType, digest: store.putBlob(content), size: Buffer.byteLength(content) };
}

function putManifest(store: RegistryStore, repository: string, tag: string | null, parts: ManifestParts): Descriptor {
  const content = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, ...parts });
  const { digest } = store.putManifest(repository, tag, manifestType, content);
  return { mediaType: manifestType, digest, size: Buffer.byteLength(content) };
}

/** As cosign 2 writes it: beside the image, under a tag made of its digest. */
function putTagSignature(store: RegistryStore, host: string, image: Descriptor, key: KeyObject): void {
  const identity = { 'docker-reference': `${host}/${keyed}` };
  const critical = {
    identity,
    image: { 'docker-manifest-digest': image.digest },
    type: 'cosign container image signature',
  };
  const payload = JSON.stringify({ critical, optional: null });
  const signature = sign('sha256', Buffer.from(payload), key).toString('base64');
  const layer = {
    ...putBlob(store, simpleSigningType, payload),
    annotations: { 'dev.cosignproject.cosign/signature': signature },
  };
  const config = putBlob(store, 'application/vnd.oci.image.config.v1+json', '{}');
  putManifest(store, keyed, `${image.digest.replace(':', '-')}.sig`, { config, layers: [layer] });
}

/** As cosign 3 writes it: a Sigstore bundle among the image's referrers. */
function putBundle(store: RegistryStore, image: Descriptor, key: KeyObject): void {
  const payloadType = 'application/vnd.in-toto+json';
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: image.digest.replace('sha256:', '') } }],
    predicateType: 'https://sigstore.dev/cosign/sign/v1',
    predicate: {},
  };
  const body = JSON.stringify(statement);
  // DSSE, "Signature Definition": what is signed is the type and the body with their lengths before them
  const signed = `DSSEv1 ${payloadType.length} ${payloadType} ${Buffer.byteLength(body)} ${body}`;
  const signature = sign('sha256', Buffer.from(signed), key).toString('base64');
  const bundle = {
    mediaType: bundleType,
    verificationMaterial: {
      publicKey: { hint: '' },
      tlogEntries: [],
      timestampVerificationData: { rfc3161Timestamps: [] },
    },
    dsseEnvelope: { payload: Buffer.from(body).toString('base64'), payloadType, signatures: [{ sig: signature }] },
  };
  putReferrer(store, keyed, image, JSON.stringify(bundle));
}

function putReferrer(store: RegistryStore, repository: string, subject: Descriptor, bundle: string): void {
  const layer = putBlob(store, bundleType, bundle);
  const config = putBlob(store, 'application/vnd.oci.empty.v1+json', '{}');
  putManifest(store, repository, null, { artifactType: bundleType, config, layers: [layer], subject });
}

/** Puts the image that is warmed with into a repository, as its tag `1`: always of the same digest. */
export function putWarmImage(store: RegistryStore, repository: string): Descriptor {
  const layer = putBlob(store, 'application/vnd.oci.image.layer.v1.tar+gzip', '');
  const description = {
    os: 'linux',
    architecture: 'amd64',
    config: {},
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  };
  const config = putBlob(store, 'application/vnd.oci.image.config.v1+json', JSON.stringify(description));
  return putManifest(store, repository, '1', { config, layers: [layer] });
}

/** What `record-signatures.ts` wrote. */
interface RecordedSignatures {
  /** Shortly after they were made, in milliseconds since the epoch. */
  readonly time: number;
  readonly issuer: string;
  readonly identity: string;
  readonly trustedRoot: object;
  /** As cosign pushed them, for the image of `putWarmImage`. */
  readonly bundles: readonly string[];
}

/** Where signatures of an identity are kept. */
export const recordedFile = join(root, 'scripts', 'build', 'warm-signatures.json');

/** A registry with signed images, and what their signatures are verified with. */
export interface WarmRegistry {
  /** On loopback; the caller closes it. */
  readonly registry: TestRegistry;
  /** An image that a key of the moment has signed in both of cosign's ways, and the key, PEM. */
  readonly keyed: { readonly image: string; readonly digest: string; readonly publicKey: string };
  /** Images that an identity has signed. */
  readonly keyless: Omit<RecordedSignatures, 'bundles'> & { readonly images: readonly string[] };
}

/** Starts one. */
export async function startWarmRegistry(): Promise<WarmRegistry> {
  const registry = await startTestRegistry();
  const { store, host } = registry;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const image = putWarmImage(store, keyed);
  putTagSignature(store, host, image, privateKey);
  putBundle(store, image, privateKey);
  const { bundles, ...trusted } = JSON.parse(readFileSync(recordedFile, 'utf8')) as RecordedSignatures;
  const images = bundles.map((bundle, index) => {
    const repository = `warm/keyless${index}`;
    putReferrer(store, repository, putWarmImage(store, repository), bundle);
    return `${host}/${repository}:1`;
  });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string; // text, being PEM
  return {
    registry,
    keyed: { image: `${host}/${keyed}:1`, digest: image.digest, publicKey: pem },
    keyless: { ...trusted, images },
  };
}
