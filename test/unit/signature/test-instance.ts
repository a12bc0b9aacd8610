import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { initializeCTLog, initializeTSA } from '@sigstore/mock';
import * as asn1js from 'asn1js';
import canonicalize from 'canonicalize';
import type { Attachment, Digest, TrustedRootSource } from '../../../src/model/index.ts';
import { attachment, rootSource } from './shared-data.ts';

const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const;
const fulcio = '1.3.6.1.4.1.57264.1';
const sctList = '1.3.6.1.4.1.11129.2.4.2';

/** When everything here is signed, unless a test says otherwise: the certificates of the mock's timestamp authority begin with the test. */
export const signedAt = new Date(Math.floor(Date.now() / 1000) * 1000 + 120_000);
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

async function webKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const use = key.type === 'private' ? 'sign' : 'verify';
  return webcrypto.subtle.importKey('jwk', key.export({ format: 'jwk' }), curve, true, [use]);
}

interface CertificateSpec {
  readonly subject?: string;
  readonly names?: readonly x509.JsonGeneralName[];
  readonly issuer?: string | null;
  /** The `.1` extension beside the `.8` one. */
  readonly formerIssuer?: string;
  readonly usages?: readonly string[] | null;
  readonly keyUsage?: number;
  readonly isAuthority?: boolean;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly extensions?: readonly x509.Extension[];
  /** Which log vouches for it; null for none. */
  readonly transparency?: 'own' | 'other' | null;
  readonly pair?: Pair;
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

type CtLog = Awaited<ReturnType<typeof initializeCTLog>>;

async function certify(
  spec: CertificateSpec,
  issuer: Certified | null,
  logs: Readonly<Record<'own' | 'other', CtLog>> | null,
): Promise<Certified> {
  const pair = spec.pair ?? ecPair();
  const name = spec.subject ?? '';
  const issuerPair = issuer?.pair ?? pair;
  const publicKey = await webKey(pair.publicKey);
  const isAuthority = spec.isAuthority ?? false;
  const authorityUsage = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  const usage = spec.keyUsage ?? (isAuthority ? authorityUsage : x509.KeyUsageFlags.digitalSignature);
  const extensions: x509.Extension[] = [
    new x509.KeyUsagesExtension(usage, true),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(await webKey(issuerPair.publicKey)),
    ...(isAuthority ? [new x509.BasicConstraintsExtension(true, undefined, true)] : []),
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
    signingAlgorithm: signing,
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

const foreverStart = new Date('2025-01-01T00:00:00Z');
const foreverEnd = new Date('2035-01-01T00:00:00Z');

/** What a test may change of a signature before it is put together. */
export interface SignatureChanges {
  readonly payload?: string;
  readonly certificate?: Certified;
  readonly chain?: readonly string[];
  /** Who signs, if not the certificate's key. */
  readonly signingKey?: KeyObject;
  readonly loggedAt?: Date | null;
  /** RFC 3161: when it was stamped, and what. */
  readonly stampedAt?: Date | null;
  readonly stamped?: Buffer;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function simpleSigning(digest: string = imageDigest, reference = 'registry.example.com/app'): string {
  const critical = {
    identity: { 'docker-reference': reference },
    image: { 'docker-manifest-digest': digest },
    type: 'cosign container image signature',
  };
  return JSON.stringify({ critical, optional: null });
}

/** A Sigstore of the test's own: authority, logs and timestamps, with every knob that a forger would like. */
export async function createInstance(options: { readonly intermediate?: CertificateSpec } = {}) {
  const always = { notBefore: foreverStart, notAfter: foreverEnd };
  const root = await certify({ subject: 'CN=root,O=test', isAuthority: true, ...always }, null, null);
  const between = options.intermediate
    ? await certify({ subject: 'CN=between,O=test', isAuthority: true, ...always, ...options.intermediate }, root, null)
    : null;
  const logs = { own: await initializeCTLog(ecPair(), signedAt), other: await initializeCTLog(ecPair(), signedAt) };
  const log = ecPair();
  const stamps = await initializeTSA(ecPair());
  const otherStamps = await initializeTSA(ecPair());
  const logId = createHash('sha256').update(spkiOf(log.publicKey)).digest();
  const certificateText = (der: ArrayBufferView): string =>
    Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('base64');
  const validFor = { start: foreverStart.toISOString() };
  const logOf = (key: Buffer) => ({
    baseUrl: 'https://log.example.test',
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: key.toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
    logId: { keyId: createHash('sha256').update(key).digest('base64') },
  });
  const authorityOf = (...ders: ArrayBufferView[]) => ({
    uri: 'https://authority.example.test',
    certChain: { certificates: ders.map((der) => ({ rawBytes: certificateText(der) })) },
    validFor,
  });
  const trustedRoot = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [logOf(spkiOf(log.publicKey))],
    ctlogs: [logOf(logs.own.publicKey)],
    certificateAuthorities: [between ? authorityOf(between.der, root.der) : authorityOf(root.der)],
    timestampAuthorities: [authorityOf(stamps.intCertificate, stamps.rootCertificate)],
  };

  const defaults: CertificateSpec = {
    names: [identity('email', 'builder@example.test')],
    issuer: 'https://issuer.example.test',
    usages: ['1.3.6.1.5.5.7.3.3'],
    transparency: 'own',
  };

  function promise(body: Buffer, time: Date, key: KeyObject = log.privateKey): string {
    const payload = {
      body: body.toString('base64'),
      integratedTime: Math.floor(time.getTime() / 1000),
      logIndex: 7,
      logID: logId.toString('hex'),
    };
    const signature = sign('sha256', Buffer.from(canonicalize(payload) ?? ''), key);
    return JSON.stringify({ SignedEntryTimestamp: signature.toString('base64'), Payload: payload });
  }

  async function timestamp(data: Buffer, time: Date, by: 'own' | 'other' = 'own'): Promise<Buffer> {
    const authority = Object.assign(by === 'own' ? stamps : otherStamps, { getCurrentTime: () => time });
    const hash = createHash('sha256').update(data).digest();
    const request = {
      artifactHash: hash,
      hashAlgorithmOID: '2.16.840.1.101.3.4.2.1',
      policyOID: '1.3.6.1.4.1.57264.2',
      nonce: 1,
      certReq: true,
    };
    // The mock's own request type is not exported.
    const response = await authority.timestamp(request as never);
    return Buffer.from(response.buffer, response.byteOffset, response.byteLength);
  }

  async function issue(spec: CertificateSpec = {}, issuer: Certified = between ?? root): Promise<Certified> {
    return await certify({ ...defaults, ...spec }, issuer, logs);
  }

  async function signature(changes: SignatureChanges = {}): Promise<Attachment> {
    const certificate = changes.certificate ?? (await issue());
    const payload = Buffer.from(changes.payload ?? simpleSigning());
    const bytes = sign('sha256', payload, changes.signingKey ?? certificate.pair.privateKey);
    const loggedAt = changes.loggedAt === undefined ? signedAt : changes.loggedAt;
    const body = hashedRekord(payload, bytes, certificate.pem);
    const stamp = changes.stampedAt ? await timestamp(changes.stamped ?? bytes, changes.stampedAt) : null;
    return attachment('cosign-signature', imageDigest, payload, {
      'dev.cosignproject.cosign/signature': bytes.toString('base64'),
      'dev.sigstore.cosign/certificate': certificate.pem,
      ...(changes.chain ? { 'dev.sigstore.cosign/chain': changes.chain.join('\n') } : {}),
      ...(loggedAt ? { 'dev.sigstore.cosign/bundle': promise(body, loggedAt) } : {}),
      ...(stamp
        ? {
            'dev.sigstore.cosign/rfc3161timestamp': JSON.stringify({
              SignedRFC3161Timestamp: stamp.toString('base64'),
            }),
          }
        : {}),
      ...changes.annotations,
    });
  }

  return {
    root,
    between,
    trustedRoot,
    source: (json: object = trustedRoot, thresholds: TrustedRootSource['thresholds'] = null) =>
      rootSource(JSON.stringify(json), thresholds, 'test instance'),
    issue,
    promise,
    timestamp,
    signature,
  };
}

export type TestInstance = Awaited<ReturnType<typeof createInstance>>;

/** The body of a log entry for a plain signature, as Rekor 1 keeps it. `signer` is PEM. */
export function hashedRekord(payload: Buffer, signature: Buffer, signer: string): Buffer {
  const spec = {
    data: { hash: { algorithm: 'sha256', value: createHash('sha256').update(payload).digest('hex') } },
    signature: {
      content: signature.toString('base64'),
      publicKey: { content: Buffer.from(signer).toString('base64') },
    },
  };
  return Buffer.from(canonicalize({ apiVersion: '0.0.1', kind: 'hashedrekord', spec }) ?? '');
}

/** A signature with a bare key over `payload`, without a log. */
export function keySignature(
  key: KeyObject,
  payload = simpleSigning(),
  hash: 'sha256' | 'sha384' | 'sha512' | null = 'sha256',
): Attachment {
  const bytes = sign(hash, Buffer.from(payload), key);
  const annotations = { 'dev.cosignproject.cosign/signature': bytes.toString('base64') };
  return attachment('cosign-signature', imageDigest, payload, annotations);
}

/** A cosign 3 bundle signed with a bare key. */
export function keyBundle(
  key: KeyObject,
  statement: object | string,
  payloadType = 'application/vnd.in-toto+json',
  signedType = payloadType,
): Attachment {
  const payload = Buffer.from(typeof statement === 'string' ? statement : JSON.stringify(statement));
  const type = Buffer.from(signedType);
  const encoded = Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
  const hint = createHash('sha256')
    .update(spkiOf(createPublicKey(key)))
    .digest('base64');
  const bundle = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint } },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType,
      signatures: [{ sig: sign('sha256', encoded, key).toString('base64') }],
    },
  };
  return attachment('sigstore-bundle', imageDigest, JSON.stringify(bundle));
}

export const signPredicate = 'https://sigstore.dev/cosign/sign/v1';

export function statementFor(
  subject: unknown = [{ digest: { sha256: 'ab'.repeat(32) } }],
  predicateType = signPredicate,
): object {
  return { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate: {} };
}

/** A private key from text, for tests that keep one. */
export function privateKey(pem: string): KeyObject {
  return createPrivateKey(pem);
}

/** A certificate's fingerprint, as Notation's manifests list it. */
export function thumbprint(pem: string): string {
  return createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
}
