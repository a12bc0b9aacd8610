import { createHash, sign } from 'node:crypto';
import type { TransparencyLogEntry } from '@sigstore/bundle';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  assertLogged,
  type LoggedVerifier,
  loggedKey,
  recordsEnvelope,
} from '../../../../src/signature/sigstore/log-entry.ts';
import { envelopeBytes, signedEnvelope, signedMessage } from '../../../../src/signature/sigstore/signed-bytes.ts';
import { type Certified, certify, ecPair, pemOf, spkiOf } from '../certificates/test-certificates.ts';

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

const payload = Buffer.from('{"payload":true}');
const { publicKey, privateKey } = ecPair();
const other = ecPair();
const common = envelopeBytes('application/vnd.in-toto+json', payload);
const signature = sign('sha256', payload, privateKey);
const envelope = Buffer.from('{"the":"whole envelope"}');

let certificate: Certified;
beforeAll(async () => {
  certificate = await certify({ subject: 'CN=signer' }, null, null);
});

/** What an entry records, with all that a forger may change. */
interface Recorded {
  readonly signature: Buffer;
  /** Of the payload, or of the bytes under the signature. */
  readonly digest: Buffer;
  readonly verifier: LoggedVerifier;
  readonly pem: string;
  readonly envelopeDigest: Buffer;
}

type Writer = (recorded: Recorded) => object;

const hexDigest = (digest: Buffer) => ({ algorithm: 'sha256', value: digest.toString('hex') });
const protoVerifier = (verifier: LoggedVerifier) =>
  verifier.kind === 'certificate'
    ? { x509Certificate: { rawBytes: base64(verifier.der) } }
    : { publicKey: { rawBytes: base64(verifier.spki) } };

const kinds: readonly (readonly [kind: string, version: string, over: 'payload' | 'signed', write: Writer])[] = [
  [
    'hashedrekord',
    '0.0.1',
    'signed',
    ({ signature: bytes, digest, pem }) => ({
      signature: { content: base64(bytes), publicKey: { content: base64(pem) } },
      data: { hash: hexDigest(digest) },
    }),
  ],
  [
    'hashedrekord',
    '0.0.2',
    'signed',
    ({ signature: bytes, digest, verifier }) => ({
      hashedRekordV002: {
        signature: { content: base64(bytes), verifier: protoVerifier(verifier) },
        data: { digest: base64(digest) },
      },
    }),
  ],
  [
    'dsse',
    '0.0.1',
    'payload',
    ({ signature: bytes, digest, pem }) => ({
      signatures: [{ signature: base64(bytes), verifier: base64(pem) }],
      payloadHash: hexDigest(digest),
    }),
  ],
  [
    'dsse',
    '0.0.2',
    'payload',
    ({ signature: bytes, digest, verifier }) => ({
      dsseV002: {
        signatures: [{ content: base64(bytes), verifier: protoVerifier(verifier) }],
        payloadHash: { digest: base64(digest) },
      },
    }),
  ],
  [
    'intoto',
    '0.0.2',
    'payload',
    ({ signature: bytes, digest, pem }) => ({
      content: {
        envelope: { signatures: [{ sig: base64(base64(bytes)), publicKey: base64(pem) }] },
        payloadHash: hexDigest(digest),
      },
    }),
  ],
  [
    'intoto',
    '0.0.1',
    'payload',
    ({ digest, pem, envelopeDigest }) => ({
      content: { payloadHash: hexDigest(digest), hash: hexDigest(envelopeDigest) },
      publicKey: base64(pem),
    }),
  ],
];

function entryOf(kind: string, version: string, spec: unknown, stated = { kind, apiVersion: version }) {
  return {
    kindVersion: { kind, version },
    canonicalizedBody: Buffer.from(JSON.stringify({ ...stated, spec })),
  } as TransparencyLogEntry; // the rest of an entry is for others to check
}

describe.each(kinds)('a log entry of the kind %s %s', (kind, version, over, write) => {
  const signed = over === 'signed' ? signedMessage(payload, signature) : signedEnvelope(common, signature);
  const right: Recorded = {
    signature,
    digest: sha256(payload),
    verifier: { kind: 'key', spki: spkiOf(publicKey) },
    pem: pemOf(publicKey),
    envelopeDigest: sha256(envelope),
  };
  const check = (changes: Partial<Recorded>, signer: LoggedVerifier = right.verifier): void =>
    assertLogged(entryOf(kind, version, write({ ...right, ...changes })), signed, signer, envelope);

  test('that records this very signing is right, by a key or by a certificate', () => {
    const der: LoggedVerifier = { kind: 'certificate', der: certificate.der };
    expect(() => check({})).not.toThrow();
    expect(() => check({ verifier: der, pem: certificate.pem }, der)).not.toThrow();
  });

  test.skipIf(kind === 'intoto' && version === '0.0.1')('that records another signature is refused', () => {
    expect(() => check({ signature: sign('sha256', payload, privateKey) })).toThrow('records another signature');
  });

  test('that records other bytes is refused', () => {
    expect(() => check({ digest: sha256(Buffer.from('other')) })).toThrow('records other signed bytes');
    expect(() => check({ digest: sha256(payload).subarray(0, 31) })).toThrow('records other signed bytes');
  });

  test.skipIf(over === 'signed')(
    'that records the digest of what is signed in place of the payload’s is refused',
    () => {
      expect(() => check({ digest: sha256(common.encoded) })).toThrow('records other signed bytes');
    },
  );

  test('that records another signer is refused', () => {
    const another: Partial<Recorded> = {
      verifier: { kind: 'key', spki: spkiOf(other.publicKey) },
      pem: pemOf(other.publicKey),
    };
    expect(() => check(another)).toThrow('records another key');
    const der: LoggedVerifier = { kind: 'certificate', der: certificate.der };
    expect(() => check({}, der)).toThrow('records another certificate');
    expect(() => check({ verifier: der, pem: certificate.pem })).toThrow('records another key');
  });

  test('whose body is of another kind or version than the entry says is refused', () => {
    const entry = (stated: { kind: string; apiVersion: string }) => entryOf(kind, version, write(right), stated);
    for (const stated of [
      { kind: 'other', apiVersion: version },
      { kind, apiVersion: '0.0.9' },
    ]) {
      expect(() => assertLogged(entry(stated), signed, right.verifier, envelope)).toThrow(
        /of another kind than it says/,
      );
    }
  });

  test('without what its kind has is refused', () => {
    for (const spec of [{}, [], null]) {
      expect(() => assertLogged(entryOf(kind, version, spec), signed, right.verifier, envelope)).toThrow(
        /its log entry/,
      );
    }
  });

  test('tells the key that it records, as a claim', () => {
    expect(loggedKey(entryOf(kind, version, write(right)))).toEqual(spkiOf(publicKey));
    const der: LoggedVerifier = { kind: 'certificate', der: certificate.der };
    expect(loggedKey(entryOf(kind, version, write({ ...right, verifier: der, pem: certificate.pem })))).toBeNull();
    expect(loggedKey(entryOf(kind, version, {}))).toBeNull();
  });

  test('records an envelope only as intoto 0.0.1', () => {
    expect(recordsEnvelope(entryOf(kind, version, {}))).toBe(kind === 'intoto' && version === '0.0.1');
  });
});

describe('a log entry', () => {
  const signed = signedEnvelope(common, signature);
  const signer: LoggedVerifier = { kind: 'key', spki: spkiOf(publicKey) };
  const dsse = (changes: object) =>
    entryOf('dsse', '0.0.1', {
      signatures: [{ signature: base64(signature), verifier: base64(pemOf(publicKey)) }],
      payloadHash: hexDigest(sha256(payload)),
      ...changes,
    });

  test.each([
    ['with a digit more than the digest has', `${sha256(payload).toString('hex')}a`],
    ['in capitals', sha256(payload).toString('hex').toUpperCase()],
    ['that is no hexadecimal', 'xyz'],
    ['that is empty', ''],
    ['with something before it', `0x${sha256(payload).toString('hex')}`],
  ])('with a hash %s is refused', (_case, value) => {
    const entry = dsse({ payloadHash: { algorithm: 'sha256', value } });
    expect(() => assertLogged(entry, signed, signer, null)).toThrow('payloadHash is not a digest');
  });

  test('with two signatures or none is refused', () => {
    const one = { signature: base64(signature), verifier: base64(pemOf(publicKey)) };
    for (const signatures of [[one, one], []]) {
      expect(() => assertLogged(dsse({ signatures }), signed, signer, null)).toThrow('exactly one of signatures');
    }
  });

  test('whose signer is no key is refused', () => {
    const signatures = [{ signature: base64(signature), verifier: base64('junk') }];
    expect(() => assertLogged(dsse({ signatures }), signed, signer, null)).toThrow('signer that cannot be parsed');
  });

  test.each(['constructor', '__proto__', 'hashedrekord', 'hashedrekord/0.0.1', ''])(
    'of the kind %j is refused',
    (kind) => {
      expect(() => assertLogged(entryOf(kind, '9', {}), signed, signer, null)).toThrow(`of the kind "${kind}/9"`);
    },
  );

  test('of an envelope is refused for another, and where there is none', () => {
    const entry = entryOf('intoto', '0.0.1', {
      content: { payloadHash: hexDigest(sha256(payload)), hash: hexDigest(sha256(envelope)) },
      publicKey: base64(pemOf(publicKey)),
    });
    expect(() => assertLogged(entry, signed, signer, envelope)).not.toThrow();
    expect(() => assertLogged(entry, signed, signer, Buffer.from('other'))).toThrow('records another envelope');
    expect(() => assertLogged(entry, signed, signer, null)).toThrow('records another envelope');
  });
});
