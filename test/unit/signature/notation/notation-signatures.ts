import { constants, createHash, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { encode, Tagged } from 'cborg';
import type { Attachment } from '../../../../src/model/index.ts';
import { imageDigest } from '../certificates/test-certificates.ts';
import { attachment } from '../shared-data.ts';

const prefix = 'io.cncf.notary.';
const algorithmNumbers: Readonly<Record<string, number>> = {
  ES256: -7,
  ES384: -35,
  ES512: -36,
  PS256: -37,
  PS384: -38,
};

/** What a Notation signature says, with all that a forger may change. */
export interface NotationSpec {
  readonly chain: readonly Buffer[];
  readonly key: KeyObject;
  readonly algorithm?: string;
  /** The algorithm that is used, where it is another than the one named. */
  readonly signedWith?: string;
  readonly digest?: string;
  readonly payload?: string;
  readonly contentType?: string;
  readonly scheme?: string;
  readonly critical?: readonly string[];
  readonly signingTime?: Date | null;
  readonly expiry?: Date;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly timestamp?: (signature: Buffer) => Promise<Buffer>;
}

function signatureOf(bytes: Buffer, key: KeyObject, algorithm: string): Buffer {
  const hash = `sha${algorithm.slice(2)}`;
  if (algorithm.startsWith('ES')) return sign(hash, bytes, { key, dsaEncoding: 'ieee-p1363' });
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return sign(hash, bytes, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}

interface Attributes {
  readonly algorithm: string;
  readonly critical: readonly string[];
  readonly contentType: string;
  readonly named: ReadonlyMap<string, unknown>;
}

function attributesOf(spec: NotationSpec, time: (date: Date) => unknown): Attributes {
  const signingTime = spec.signingTime === undefined ? new Date('2026-06-01T00:00:00Z') : spec.signingTime;
  return {
    algorithm: spec.algorithm ?? 'ES256',
    critical: spec.critical ?? [`${prefix}signingScheme`, ...(spec.expiry ? [`${prefix}expiry`] : [])],
    contentType: spec.contentType ?? 'application/vnd.cncf.notary.payload.v1+json',
    named: new Map<string, unknown>([
      [`${prefix}signingScheme`, spec.scheme ?? 'notary.x509'],
      ...(signingTime ? [[`${prefix}signingTime`, time(signingTime)] as const] : []),
      ...(spec.expiry ? [[`${prefix}expiry`, time(spec.expiry)] as const] : []),
      ...Object.entries(spec.more ?? {}),
    ]),
  };
}

function payloadOf(spec: NotationSpec): Buffer {
  const targetArtifact = {
    mediaType: 'application/vnd.oci.image.index.v1+json',
    digest: spec.digest ?? imageDigest,
    size: 7,
  };
  return Buffer.from(spec.payload ?? JSON.stringify({ targetArtifact }));
}

function found(content: Buffer, mediaType: string): Attachment {
  const plain = attachment('notation', imageDigest, content);
  return { ...plain, layer: { ...plain.layer, mediaType } };
}

/** A signature in JWS form. */
export async function jws(spec: NotationSpec): Promise<Attachment> {
  const { algorithm, critical, contentType, named } = attributesOf(spec, (date) => date.toISOString());
  const header = { alg: algorithm, cty: contentType, crit: critical, ...Object.fromEntries(named) };
  const protectedText = Buffer.from(JSON.stringify(header)).toString('base64url');
  const payload = payloadOf(spec).toString('base64url');
  const signature = signatureOf(Buffer.from(`${protectedText}.${payload}`), spec.key, spec.signedWith ?? algorithm);
  const token = await spec.timestamp?.(signature);
  const envelope = {
    payload,
    protected: protectedText,
    header: {
      x5c: spec.chain.map((der) => der.toString('base64')),
      ...(token ? { [`${prefix}timestampSignature`]: token.toString('base64') } : {}),
    },
    signature: signature.toString('base64url'),
  };
  return found(Buffer.from(JSON.stringify(envelope)), 'application/jose+json');
}

/** The same in COSE form. */
export async function cose(spec: NotationSpec): Promise<Attachment> {
  const { algorithm, critical, contentType, named } = attributesOf(
    spec,
    (date) => new Tagged(1, Math.floor(date.getTime() / 1000)),
  );
  const header = new Map<number | string, unknown>([
    [1, algorithmNumbers[algorithm] ?? 0],
    [2, [...critical]],
    [3, contentType],
    ...named,
  ]);
  const protectedBytes = encode(header);
  const payload = payloadOf(spec);
  const toSign = Buffer.from(encode(['Signature1', protectedBytes, new Uint8Array(0), payload]));
  const signature = signatureOf(toSign, spec.key, spec.signedWith ?? algorithm);
  const token = await spec.timestamp?.(signature);
  const unprotected = new Map<number | string, unknown>([
    [33, spec.chain.map((der) => new Uint8Array(der))],
    ...(token ? [[`${prefix}timestampSignature`, new Uint8Array(token)] as const] : []),
  ]);
  const envelope = new Tagged(18, [protectedBytes, unprotected, payload, new Uint8Array(signature)]);
  return found(Buffer.from(encode(envelope)), 'application/cose');
}

/** A certificate's fingerprint, as Notation's manifests list it. */
export function thumbprint(pem: string): string {
  return createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
}
