import { createHash, type KeyObject } from 'node:crypto';
import { dsse } from '@sigstore/core';
import type { SignedEntity } from '@sigstore/verify';
import { type HashAlgorithm, verifyMessage } from '../signature-algorithms.ts';

/** What was signed, as `@sigstore/verify` asks for it, with the digest a key prefers chosen by the caller. */
export interface SignedBytes {
  /** The signature itself. */
  readonly signature: Buffer;
  /** What a timestamp authority signed: the signature, or the whole envelope in cosign's `.att`. */
  readonly timestamped: Buffer;
  /** Whether `digest` is that of the payload: of the message, or of what a DSSE envelope carries. */
  isPayloadDigest(digest: Uint8Array): boolean;
  /** Whether `digest` is that of the bytes under the signature: for DSSE of its pre-authentication encoding. */
  isSignedDigest(digest: Uint8Array): boolean;
  verify(key: KeyObject, hash: HashAlgorithm | null): boolean;
}

const hashByLength: Readonly<Record<number, HashAlgorithm>> = { 32: 'sha256', 48: 'sha384', 64: 'sha512' };

function isDigestOf(bytes: Uint8Array, digest: Uint8Array): boolean {
  const hash = hashByLength[digest.length];
  return hash !== undefined && createHash(hash).update(bytes).digest().equals(digest);
}

/** A signature over plain bytes: cosign's simple signing. */
export function signedMessage(message: Buffer, signature: Buffer): SignedBytes {
  return {
    signature,
    timestamped: signature,
    isPayloadDigest: (digest) => isDigestOf(message, digest),
    isSignedDigest: (digest) => isDigestOf(message, digest),
    verify: (key, hash) => verifyMessage(key, message, signature, hash),
  };
}

/** What the signatures of one DSSE envelope have in common. */
export interface EnvelopeBytes {
  readonly payload: Buffer;
  /** Pre-authentication encoding of type and payload (secure-systems-lab/dsse, protocol.md). */
  readonly encoded: Buffer;
}

/** Encodes an envelope once for all its signatures. `payloadType` may be any text: it counts in bytes. */
export function envelopeBytes(payloadType: string, payload: Buffer): EnvelopeBytes {
  return { payload, encoded: dsse.preAuthEncoding(payloadType, payload) };
}

/** One signature of a DSSE envelope: over type and payload together. */
export function signedEnvelope(
  { payload, encoded }: EnvelopeBytes,
  signature: Buffer,
  timestamped: Buffer = signature,
): SignedBytes {
  return {
    signature,
    timestamped,
    isPayloadDigest: (digest) => isDigestOf(payload, digest),
    isSignedDigest: (digest) => isDigestOf(encoded, digest),
    verify: (key, hash) => verifyMessage(key, encoded, signature, hash),
  };
}

/** The same as the library's `SignatureContent`; `signature` is what it checks timestamps against. */
export function signatureContent(signed: SignedBytes, hash: HashAlgorithm | null): SignedEntity['signature'] {
  return {
    signature: signed.timestamped,
    compareSignature: (signature) => signed.signature.equals(signature),
    compareDigest: (digest) => signed.isPayloadDigest(digest),
    compareSignedDigest: (digest) => signed.isSignedDigest(digest),
    verifySignature: (key) => signed.verify(key, hash),
  };
}
