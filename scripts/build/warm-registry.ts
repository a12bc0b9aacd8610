import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Digest } from '../../src/model/index.ts';
import { keylessSigner, type SigningWeb, statementBytes } from '../../src/signing/index.ts';
import { defaultIdentity, identityToken } from '../lab/identity-token.ts';
import { type RegistryStore, startTestRegistry, type TestRegistry } from '../lab/test-registry.ts';
import { startTestSigstore } from '../lab/test-sigstore.ts';

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
  putReferrer(store, image, JSON.stringify(bundle));
}

function putReferrer(store: RegistryStore, image: Descriptor, bundle: string): void {
  const layer = putBlob(store, bundleType, bundle);
  const config = putBlob(store, 'application/vnd.oci.empty.v1+json', '{}');
  putManifest(store, null, { artifactType: bundleType, config, layers: [layer], subject: image });
}

const web: SigningWeb = async ({ url, json }) => {
  const body = JSON.stringify(json);
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
};

/** The same by an identity, as a Sigstore of the moment certifies and logs it. Answers the path of its trusted root. */
async function putKeylessBundle(store: RegistryStore, image: Descriptor, folder: string): Promise<string> {
  const sigstore = await startTestSigstore({ port: 0, folder });
  try {
    const { issuer, email } = defaultIdentity;
    const services = { fulcio: sigstore.url, rekor: sigstore.url };
    const signer = keylessSigner({ token: identityToken(), subject: email, issuer }, services, web);
    const predicateType = 'https://sigstore.dev/cosign/sign/v1';
    // the store names what it holds by its digest
    const subject = image.digest as Digest;
    const { bytes } = await signer.sign(statementBytes({ name: repository, subject, predicateType, predicate: {} }));
    putReferrer(store, image, bytes.toString('utf8'));
    return sigstore.trustedRoot;
  } finally {
    await sigstore.close();
  }
}

/** A registry with a signed image, and what its signatures are verified with. */
export interface WarmRegistry {
  /** The caller closes it. */
  readonly registry: TestRegistry;
  /** PEM. */
  readonly publicKey: string;
  /** A path in the folder that was given. */
  readonly trustedRoot: string;
}

/**
 * A registry on loopback with one image, `HOST/warm/base:1`, signed in both of cosign's ways with a key of the moment, and by the
 * identity that the lab's tokens name.
 */
export async function startWarmRegistry(folder: string): Promise<WarmRegistry> {
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
  const trustedRoot = await putKeylessBundle(store, image, folder);
  return { registry, publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string, trustedRoot }; // text, being PEM
}
