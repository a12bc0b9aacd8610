import { createHash, generateKeyPairSync, type KeyObject, webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { initializeCTLog } from '@sigstore/mock';
import * as asn1js from 'asn1js';
import type { Digest } from '../../../../src/model/index.ts';

const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const;
const fulcio = '1.3.6.1.4.1.57264.1';
const sctList = '1.3.6.1.4.1.11129.2.4.2';

/**
 * When everything here is signed, unless a test says otherwise. The certificates of the mock's timestamp authority begin when a test makes
 * them, which is later than this by as long as the whole run takes.
 */
export const signedAt = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);
export const imageDigest = `sha256:${'ab'.repeat(32)}` as Digest;
export const otherDigest = `sha256:${'cd'.repeat(32)}` as Digest;

export function later(date: Date, minutes: number): Date {
  return new Date(date.getTime() + minutes * 60_000);
}

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export function ecPair(namedCurve = 'prime256v1'): Pair {
  return generateKeyPairSync('ec', { namedCurve });
}

export function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

const webCurves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/** The key that a certificate is for: of any kind, unlike its issuer's. */
async function subjectKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const details = key.asymmetricKeyDetails;
  const algorithm =
    key.asymmetricKeyType === 'rsa'
      ? { name: 'RSA-PSS', hash: 'SHA-256' }
      : { name: 'ECDSA', namedCurve: webCurves[details?.namedCurve ?? ''] ?? 'P-256' };
  return webcrypto.subtle.importKey('spki', spkiOf(key), algorithm, true, ['verify']);
}

async function webKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const use = key.type === 'private' ? 'sign' : 'verify';
  return webcrypto.subtle.importKey('jwk', key.export({ format: 'jwk' }), curve, true, [use]);
}

export interface CertificateSpec {
  readonly subject?: string;
  readonly names?: readonly x509.JsonGeneralName[];
  readonly issuer?: string | null;
  /** The `.1` extension beside the `.8` one. */
  readonly formerIssuer?: string;
  readonly usages?: readonly string[] | null;
  /** Null for none. */
  readonly keyUsage?: number | null;
  readonly isAuthority?: boolean;
  /** How many authorities may stand below. */
  readonly pathLength?: number;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly extensions?: readonly x509.Extension[];
  /** Which log vouches for it; null for none. */
  readonly transparency?: 'own' | 'other' | null;
  readonly pair?: Pair;
  /** What its issuer signs. */
  readonly digest?: 'SHA-1' | 'SHA-256';
}

export interface Certified {
  readonly der: Buffer<ArrayBuffer>;
  readonly pem: string;
  readonly pair: Pair;
  readonly name: string;
}

export function utf8Extension(oid: string, value: string): x509.Extension {
  return new x509.Extension(oid, false, new asn1js.Utf8String({ value }).toBER());
}

export function identity(type: 'email' | 'url' | 'dns', value: string): x509.JsonGeneralName {
  return { type, value };
}

export type CtLog = Awaited<ReturnType<typeof initializeCTLog>>;

/** Makes a certificate of any kind; self-signed without an issuer. */
export async function certify(
  spec: CertificateSpec,
  issuer: Certified | null,
  logs: Readonly<Record<'own' | 'other', CtLog>> | null,
): Promise<Certified> {
  const pair = spec.pair ?? ecPair();
  const name = spec.subject ?? '';
  const issuerPair = issuer?.pair ?? pair;
  const publicKey = await subjectKey(pair.publicKey);
  const isAuthority = spec.isAuthority ?? false;
  const authorityUsage = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  const usualUsage = isAuthority ? authorityUsage : x509.KeyUsageFlags.digitalSignature;
  const usage = spec.keyUsage === undefined ? usualUsage : spec.keyUsage;
  const extensions: x509.Extension[] = [
    ...(usage === null ? [] : [new x509.KeyUsagesExtension(usage, true)]),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(await webKey(issuerPair.publicKey)),
    ...(isAuthority ? [new x509.BasicConstraintsExtension(true, spec.pathLength, true)] : []),
    ...(spec.usages ? [new x509.ExtendedKeyUsageExtension([...spec.usages])] : []),
    ...(spec.names ? [new x509.SubjectAlternativeNameExtension([...spec.names], true)] : []),
    ...(spec.issuer ? [utf8Extension(`${fulcio}.8`, spec.issuer)] : []),
    ...(spec.formerIssuer ? [new x509.Extension(`${fulcio}.1`, false, Buffer.from(spec.formerIssuer))] : []),
    ...(spec.extensions ?? []),
  ];
  const certificate = {
    serialNumber: '0102030405',
    subject: name,
    issuer: issuer?.name ?? name,
    notBefore: spec.notBefore ?? later(signedAt, -1),
    notAfter: spec.notAfter ?? later(signedAt, 9),
    publicKey,
    signingAlgorithm: { ...signing, hash: spec.digest ?? signing.hash },
    signingKey: await webKey(issuerPair.privateKey),
    extensions,
  };
  const log = spec.transparency && logs ? logs[spec.transparency] : null;
  if (log !== null) {
    const bare = await x509.X509CertificateGenerator.create(certificate);
    const issuerId = createHash('sha256').update(spkiOf(issuerPair.publicKey)).digest();
    const sct = Buffer.from(await log.log(bare.rawData, new Uint8Array(issuerId).buffer));
    const list = Buffer.concat([Buffer.from([0, sct.length]), sct]);
    extensions.push(new x509.Extension(sctList, false, new asn1js.OctetString({ valueHex: list }).toBER()));
  }
  const made = await x509.X509CertificateGenerator.create(certificate);
  return { der: Buffer.from(made.rawData), pem: made.toString('pem'), pair, name };
}
