import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type RegistryStore, startTestRegistry, type TestRegistry } from '../lab/test-registry.ts';

const repository = 'warm/base';
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

function putManifest(store: RegistryStore, tag: string | null, parts: ManifestParts): Descriptor {
  const content = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, ...parts });
  const { digest } = store.putManifest(repository, tag, manifestType, content);
  return { mediaType: manifestType, digest, size: Buffer.byteLength(content) };
}

/** As cosign 2 writes it: beside the image, under a tag made of its digest. */
function putTagSignature(store: RegistryStore, host: string, image: Descriptor, key: KeyObject): void {
  const identity = { 'docker-reference': `${host}/${repository}` };
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
  putManifest(store, `${image.digest.replace(':', '-')}.sig`, { config, layers: [layer] });
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
  const layer = putBlob(store, bundleType, JSON.stringify(bundle));
  const config = putBlob(store, 'application/vnd.oci.empty.v1+json', '{}');
  putManifest(store, null, { artifactType: bundleType, config, layers: [layer], subject: image });
}

/**
 * A registry on loopback with one image, `HOST/warm/base:1`, signed in both of cosign's ways with a key of the moment.
 * @returns the registry, which the caller closes, and the public key, PEM
 */
export async function startWarmRegistry(): Promise<{ readonly registry: TestRegistry; readonly publicKey: string }> {
  const registry = await startTestRegistry();
  const { store, host } = registry;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const layer = putBlob(store, 'application/vnd.oci.image.layer.v1.tar+gzip', '');
  const description = {
    os: 'linux',
    architecture: 'amd64',
    config: {},
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  };
  const config = putBlob(store, 'application/vnd.oci.image.config.v1+json', JSON.stringify(description));
  const image = putManifest(store, '1', { config, layers: [layer] });
  putTagSignature(store, host, image, privateKey);
  putBundle(store, image, privateKey);
  return { registry, publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string }; // text, being PEM
}
