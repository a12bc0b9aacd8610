import { createHash, type KeyObject, sign } from 'node:crypto';
import { initializeCTLog, initializeTSA } from '@sigstore/mock';
import canonicalize from 'canonicalize';
import type { Attachment, Evidence, TrustedRootSource } from '../../../src/model/index.ts';
import { verifyAttachments } from '../../../src/signature/index.ts';
import {
  type CertificateSpec,
  type Certified,
  certify,
  ecPair,
  identity,
  imageDigest,
  signedAt,
  spkiOf,
} from './certificates/test-certificates.ts';
import { attachment, material, rootSource } from './shared-data.ts';

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

  function promise(body: Buffer, time: Date, key: KeyObject = log.privateKey, logIndex = 7): string {
    const payload = {
      body: body.toString('base64'),
      integratedTime: Math.floor(time.getTime() / 1000),
      logIndex,
      logID: logId.toString('hex'),
    };
    const signature = sign('sha256', Buffer.from(canonicalize(payload) ?? ''), key);
    return JSON.stringify({ SignedEntryTimestamp: signature.toString('base64'), Payload: payload });
  }

  /** That an entry is the only one of its log, as a bundle carries it. */
  function proof(body: Buffer): object {
    const rootHash = createHash('sha256')
      .update(Buffer.from([0]))
      .update(body)
      .digest();
    const note = `log.example.test\n1\n${rootHash.toString('base64')}\n`;
    const signature = Buffer.concat([logId.subarray(0, 4), sign('sha256', Buffer.from(note), log.privateKey)]);
    return {
      logIndex: '0',
      treeSize: '1',
      rootHash: rootHash.toString('base64'),
      hashes: [],
      checkpoint: { envelope: `${note}\n\u2014 log.example.test ${signature.toString('base64')}\n` },
    };
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
    proof,
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

/** What verifying one attachment under one trusted root says. */
export async function evidenceUnder(root: TrustedRootSource, found: Attachment): Promise<Evidence | undefined> {
  const [evidence] = await verifyAttachments([found], material({ trustedRoots: [root] }));
  return evidence;
}
