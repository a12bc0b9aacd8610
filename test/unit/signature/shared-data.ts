import { createHash, createPublicKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type {
  Attachment,
  AttachmentForm,
  CertificateMaterial,
  Digest,
  KeyMaterial,
  TrustedRootSource,
  VerificationMaterial,
} from '../../../src/model/index.ts';

/** Real signatures, read where they stand; absent outside of the development machine. */
export const sharedData = new URL('../../../../shared/data/', import.meta.url);
export const hasSharedData = existsSync(sharedData);
export const signatures = new URL('signatures/', sharedData);

/** The image that everything under local-generated signs. */
export const localImage = 'sha256:d62e22158c337d0ee867b8f512f6b40f6e23cce2a72e9921fee985811728e5b8' as Digest;

/** When local-generated was made: its Notation certificate lived one day. */
export const signingDay = new Date('2026-11-21T23:00:00Z');

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function digestOf(bytes: string | Buffer): Digest {
  return `sha256:${sha256(bytes)}` as Digest;
}

export function keyMaterial(pem: string, name: string | null = 'key'): KeyMaterial {
  const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  return { id: sha256(spki), pem, name, hashAlgorithm: null };
}

export function certificateMaterial(pem: string, purpose: CertificateMaterial['purpose']): CertificateMaterial {
  return { id: sha256(pem), pem, name: 'authority', purpose };
}

export function rootSource(
  json: string,
  thresholds: TrustedRootSource['thresholds'] = null,
  source = 'a root',
): TrustedRootSource {
  return { id: sha256(json), layer: 'command-line', source, json, updated: null, thresholds };
}

export function material(parts: Partial<VerificationMaterial>): VerificationMaterial {
  return { keys: [], certificates: [], trustedRoots: [], ...parts };
}

export function attachment(
  form: AttachmentForm,
  subject: Digest,
  content: string | Buffer,
  annotations: Readonly<Record<string, string>> = {},
  more: Partial<Attachment> = {},
): Attachment {
  const bytes = Buffer.from(content);
  return {
    form,
    subject,
    vouchesFor: null,
    manifest: digestOf('manifest'),
    layer: { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length, annotations },
    artifactType: null,
    annotations: {},
    location: 'a test',
    content: bytes.toString('base64'),
    ...more,
  };
}

interface PolicyLayerName {
  readonly mediaType: string;
  readonly digest: string;
  readonly annotations?: Record<string, string>;
}

export function formOf(mediaType: string): AttachmentForm | null {
  if (mediaType.includes('simplesigning')) return 'cosign-signature';
  if (mediaType.includes('dsse.envelope')) return 'cosign-attestation';
  if (mediaType.includes('sigstore.bundle')) return 'sigstore-bundle';
  if (mediaType === 'application/cose' || mediaType === 'application/jose+json') return 'notation';
  return null;
}

export function readText(path: string): string {
  return readFileSync(new URL(path, signatures), 'utf8');
}

/** The attachments that a folder of local-generated holds, as `collect` would find them. */
export function localAttachments(folder: string, subject: Digest = localImage): readonly Attachment[] {
  const base = new URL(`local-generated/${folder}/`, signatures);
  const manifests = readdirSync(base).filter((name) => /^manifest-|^sha256-HEX\.(?:sig|att)\.json$/.test(name));
  return manifests.flatMap((name) => {
    const manifest = JSON.parse(readFileSync(new URL(name, base), 'utf8')) as { layers: PolicyLayerName[] };
    return manifest.layers.flatMap((layer) => {
      const form = formOf(layer.mediaType);
      if (form === null) return [];
      const content = readFileSync(new URL(`blobs/${layer.digest.replace('sha256:', '')}`, base));
      const found = attachment(form, subject, content, layer.annotations ?? {}, { location: folder });
      return [{ ...found, layer: { ...found.layer, mediaType: layer.mediaType } }];
    });
  });
}

export function localMaterial(): VerificationMaterial {
  return material({
    keys: ['cosign.pub', 'ed25519.pub.pem', 'p256.pub.pem', 'p384.pub.pem', 'p521.pub.pem', 'rsa4096.pub.pem'].map(
      (name) => keyMaterial(readText(`local-generated/${name}`), name),
    ),
    certificates: [certificateMaterial(readText('local-generated/wabbit-networks.test.crt'), 'notation')],
    trustedRoots: [rootSource(readText('local-generated/trusted_root.json'))],
  });
}
