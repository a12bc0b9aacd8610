import { type DecodeOptions, decode, encode } from 'cborg';
import { limits } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import { attribute, type NotationAlgorithm, type NotationEnvelope } from './notation-envelope.ts';

/** COSE header labels (RFC 9052 section 3.1, RFC 9360 section 2). */
const label = { algorithm: 1, critical: 2, contentType: 3, chain: 33 } as const;

/** COSE algorithm numbers (RFC 9053 section 2, RFC 8230 section 2). */
const algorithms = new Map<unknown, NotationAlgorithm>([
  [-37, 'PS256'],
  [-38, 'PS384'],
  [-39, 'PS512'],
  [-7, 'ES256'],
  [-35, 'ES384'],
  [-36, 'ES512'],
]);
const names = new Map<unknown, string>([
  [label.algorithm, 'alg'],
  [label.critical, 'crit'],
  [label.contentType, 'cty'],
]);

/** One encoding only: no indefinite lengths, no padded numbers, no key twice, nothing behind the end. */
const options: DecodeOptions = {
  strict: true,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  allowIndefinite: false,
  allowUndefined: false,
  tags: {
    1: (inner) => new Date(Number(inner()) * 1000), // epoch time, RFC 8949 section 3.4.2
    18: (inner) => inner(), // COSE_Sign1
  },
};

function parse(bytes: Uint8Array, what: string): unknown {
  try {
    return decode(bytes, options);
  } catch (error) {
    throw new Refusal('malformed', `${what} is not CBOR in its strict form`, error);
  }
}

function mapOf(value: unknown, what: string): ReadonlyMap<unknown, unknown> {
  if (!(value instanceof Map)) throw new Refusal('malformed', `${what} is not a map`);
  return value;
}

function bytesOf(value: unknown, what: string): Buffer<ArrayBuffer> {
  if (!(value instanceof Uint8Array)) throw new Refusal('malformed', `${what} is not a byte string`);
  return Buffer.from(value);
}

function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Refusal('malformed', `${what} is not text`);
  return value;
}

function timeOf(header: ReadonlyMap<unknown, unknown>, name: string): Date | null {
  const value = header.get(name);
  if (value === undefined) return null;
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) {
    throw new Refusal('malformed', `its ${name} is not a time`);
  }
  return value;
}

function chainOf(value: unknown): readonly Buffer<ArrayBuffer>[] {
  // RFC 9360: a chain of one stands without the list around it.
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > limits.chainCertificates) {
    throw new Refusal('too-large', `it comes with more than ${limits.chainCertificates} certificates`);
  }
  return list.map((certificate) => bytesOf(certificate, 'a certificate'));
}

function nameOf(key: unknown): string {
  return names.get(key) ?? (typeof key === 'string' ? key : `label ${String(key)}`);
}

/**
 * Reads a Notation signature in COSE form (notaryproject/specifications, signature-envelope-cose.md; RFC 9052 section 4.2).
 * @throws Refusal
 */
export function readCoseEnvelope(content: Buffer): NotationEnvelope {
  const parts = parse(content, 'the envelope');
  if (!Array.isArray(parts) || parts.length !== 4) throw new Refusal('malformed', 'the envelope is not a COSE_Sign1');
  const [protectedPart, unprotectedPart, payloadPart, signaturePart] = parts as readonly unknown[];
  const protectedBytes = bytesOf(protectedPart, 'its protected header');
  const header = mapOf(parse(protectedBytes, 'its protected header'), 'its protected header');
  const unprotected = mapOf(unprotectedPart, 'its unprotected header');
  const payload = bytesOf(payloadPart, 'its payload');
  const critical = header.get(label.critical);
  if (!Array.isArray(critical) || critical.length > 16) throw new Refusal('malformed', 'its crit is not a list');
  const token = unprotected.get(attribute.timestamp);
  return {
    algorithm: algorithms.get(header.get(label.algorithm)) ?? 'unknown',
    contentType: textOf(header.get(label.contentType), 'its content type'),
    names: [...header.keys()].map(nameOf),
    critical: critical.map(nameOf),
    scheme: textOf(header.get(attribute.scheme), `its ${attribute.scheme}`),
    signingTime: timeOf(header, attribute.signingTime),
    authenticSigningTime: timeOf(header, attribute.authenticSigningTime),
    expiry: timeOf(header, attribute.expiry),
    payload,
    signedBytes: Buffer.from(encode(['Signature1', protectedBytes, Buffer.alloc(0), payload])),
    signature: bytesOf(signaturePart, 'its signature'),
    chain: chainOf(unprotected.get(label.chain)),
    timestamp: token === undefined ? null : bytesOf(token, 'its timestamp'),
  };
}
