import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { TransparencyLogEntry } from '@sigstore/bundle';
import { decodeBase64 } from '../base64.ts';
import { printable, Refusal } from '../refusal.ts';
import { arrayOf, type JsonObject, objectOf, parseStrictJson, stringOf } from '../strict-json.ts';
import type { SignedBytes } from './signed-bytes.ts';

/** Who is said to have signed: a certificate or a bare key, DER. */
export type LoggedVerifier =
  | { readonly kind: 'certificate'; readonly der: Buffer }
  | { readonly kind: 'key'; readonly spki: Buffer };

/** What an entry of the log says was signed, by what, with what. */
interface LoggedSignature {
  /** Null where the kind of entry records the envelope instead (intoto 0.0.1). */
  readonly signature: Buffer | null;
  readonly verifier: LoggedVerifier;
  readonly digest: Buffer;
  /** Whether `digest` is of the payload or of the bytes under the signature. */
  readonly over: 'payload' | 'signed';
  /** SHA-256 of the whole envelope; null where the kind of entry has none that counts. */
  readonly envelopeDigest: Buffer | null;
}

const what = 'its log entry';

function base64At(object: JsonObject, name: string): Buffer<ArrayBuffer> {
  return decodeBase64(stringOf(object[name], `${what}'s ${name}`), `${what}'s ${name}`);
}

function hexAt(object: JsonObject, name: string): Buffer {
  const hash = objectOf(object[name], `${what}'s ${name}`);
  const text = stringOf(hash['value'], `${what}'s ${name}`);
  if (!/^(?:[0-9a-f]{2})+$/.test(text)) throw new Refusal('log-invalid', `${what}'s ${name} is not a digest`);
  return Buffer.from(text, 'hex');
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** The certificate or key in PEM text, as Rekor 1 records it. */
function pemVerifier(pem: string): LoggedVerifier {
  try {
    return pem.includes('-----BEGIN CERTIFICATE-----')
      ? { kind: 'certificate', der: new X509Certificate(pem).raw }
      : { kind: 'key', spki: spkiOf(createPublicKey(pem)) };
  } catch (error) {
    throw new Refusal('log-invalid', `${what} names a signer that cannot be parsed`, error);
  }
}

function protoVerifier(value: unknown): LoggedVerifier {
  const verifier = objectOf(value, `${what}'s verifier`);
  if (verifier['x509Certificate'] !== undefined) {
    return { kind: 'certificate', der: base64At(objectOf(verifier['x509Certificate'], what), 'rawBytes') };
  }
  return { kind: 'key', spki: base64At(objectOf(verifier['publicKey'], `${what}'s verifier`), 'rawBytes') };
}

function only(value: unknown, name: string): JsonObject {
  const [first, ...more] = arrayOf(value, `${what}'s ${name}`, 64);
  if (first === undefined || more.length > 0) throw new Refusal('log-invalid', `${what} needs exactly one of ${name}`);
  return objectOf(first, `${what}'s ${name}`);
}

/** One function for each kind and version of entry (sigstore/rekor, pkg/types; sigstore/rekor-tiles, api/proto). */
const kinds: Readonly<Record<string, (spec: JsonObject) => LoggedSignature>> = {
  'hashedrekord/0.0.1': (spec) => {
    const signature = objectOf(spec['signature'], `${what}'s signature`);
    const key = objectOf(signature['publicKey'], `${what}'s publicKey`);
    return {
      signature: base64At(signature, 'content'),
      verifier: pemVerifier(base64At(key, 'content').toString('utf8')),
      digest: hexAt(objectOf(spec['data'], `${what}'s data`), 'hash'),
      over: 'signed',
      envelopeDigest: null,
    };
  },
  'hashedrekord/0.0.2': (spec) => {
    const inner = objectOf(spec['hashedRekordV002'], what);
    const signature = objectOf(inner['signature'], `${what}'s signature`);
    return {
      signature: base64At(signature, 'content'),
      verifier: protoVerifier(signature['verifier']),
      digest: base64At(objectOf(inner['data'], `${what}'s data`), 'digest'),
      over: 'signed',
      envelopeDigest: null,
    };
  },
  'dsse/0.0.1': (spec) => {
    const signature = only(spec['signatures'], 'signatures');
    return {
      signature: base64At(signature, 'signature'),
      verifier: pemVerifier(base64At(signature, 'verifier').toString('utf8')),
      digest: hexAt(spec, 'payloadHash'),
      over: 'payload',
      envelopeDigest: null,
    };
  },
  'dsse/0.0.2': (spec) => {
    const inner = objectOf(spec['dsseV002'], what);
    const signature = only(inner['signatures'], 'signatures');
    return {
      signature: base64At(signature, 'content'),
      verifier: protoVerifier(signature['verifier']),
      digest: base64At(objectOf(inner['payloadHash'], `${what}'s payloadHash`), 'digest'),
      over: 'payload',
      envelopeDigest: null,
    };
  },
  'intoto/0.0.1': (spec) => {
    const content = objectOf(spec['content'], `${what}'s content`);
    return {
      signature: null,
      verifier: pemVerifier(base64At(spec, 'publicKey').toString('utf8')),
      digest: hexAt(content, 'payloadHash'),
      over: 'payload',
      envelopeDigest: hexAt(content, 'hash'),
    };
  },
  'intoto/0.0.2': (spec) => {
    const content = objectOf(spec['content'], `${what}'s content`);
    const signature = only(objectOf(content['envelope'], `${what}'s envelope`)['signatures'], 'signatures');
    return {
      // Encoded twice, as Rekor stores it.
      signature: decodeBase64(base64At(signature, 'sig').toString('utf8'), `${what}'s signature`),
      verifier: pemVerifier(base64At(signature, 'publicKey').toString('utf8')),
      digest: hexAt(content, 'payloadHash'),
      over: 'payload',
      envelopeDigest: null,
    };
  },
};

function kindOf(entry: TransparencyLogEntry): string {
  return `${entry.kindVersion.kind}/${entry.kindVersion.version}`;
}

/** Whether the entry records an envelope whole: the library cannot read that kind (intoto 0.0.1). */
export function recordsEnvelope(entry: TransparencyLogEntry): boolean {
  return kindOf(entry) === 'intoto/0.0.1';
}

function readEntry(entry: TransparencyLogEntry): LoggedSignature {
  const body = objectOf(parseStrictJson(entry.canonicalizedBody, `${what}'s body`), `${what}'s body`);
  const kind = kindOf(entry);
  if (`${String(body['kind'])}/${String(body['apiVersion'])}` !== kind) {
    throw new Refusal('log-invalid', `${what} is of another kind than it says, "${printable(kind)}"`);
  }
  const read = kinds[kind]; // has a slash in it, so that nothing inherited has its name
  if (read === undefined) throw new Refusal('unsupported', `its log entry is of the kind "${printable(kind)}"`);
  return read(objectOf(body['spec'], `${what}'s spec`));
}

function isSame(logged: LoggedVerifier, signer: LoggedVerifier): boolean {
  if (logged.kind === 'certificate') return signer.kind === 'certificate' && logged.der.equals(signer.der);
  return signer.kind === 'key' && logged.spki.equals(signer.spki);
}

/**
 * Requires that the entry records this very signature, of these very bytes, by this very certificate or key
 * (GHSA-whqx-f9j3-ch6m and its kin: an entry that proves another signing proves nothing).
 * @throws Refusal `log-invalid`, `unsupported`
 */
export function assertLogged(
  entry: TransparencyLogEntry,
  signed: SignedBytes,
  signer: LoggedVerifier,
  envelope: Buffer | null,
): void {
  const logged = readEntry(entry);
  if (!isSame(logged.verifier, signer)) {
    throw new Refusal('log-invalid', `the log entry records another ${signer.kind} than the one that signed`);
  }
  if (logged.signature !== null && !logged.signature.equals(signed.signature)) {
    throw new Refusal('log-invalid', 'the log entry records another signature');
  }
  const matches =
    logged.over === 'signed' ? signed.isSignedDigest(logged.digest) : signed.isPayloadDigest(logged.digest);
  if (!matches) throw new Refusal('log-invalid', 'the log entry records other signed bytes');
  if (logged.envelopeDigest === null) return;
  const digest = envelope === null ? null : createHash('sha256').update(envelope).digest();
  if (digest === null || !digest.equals(logged.envelopeDigest)) {
    throw new Refusal('log-invalid', 'the log entry records another envelope');
  }
}

/** The bare key that the entry records, DER; null for certificates and for what cannot be read. Only a claim. */
export function loggedKey(entry: TransparencyLogEntry): Buffer | null {
  try {
    const { verifier } = readEntry(entry);
    return verifier.kind === 'key' ? verifier.spki : null;
  } catch {
    return null;
  }
}
