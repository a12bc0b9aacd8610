import type { TransparencyLogEntry } from '@sigstore/bundle';
import type { X509Certificate } from '@sigstore/core';
import type { Attachment } from '../../model/index.ts';
import { decodeBase64 } from '../base64.ts';
import { parsePemCertificates } from '../certificates/certificate.ts';
import { limits } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import { objectOf, parseStrictJson, stringOf } from '../strict-json.ts';

/** What cosign 1 and 2 keep in a layer's annotations (sigstore/cosign, specs/SIGNATURE_SPEC.md). */
export interface CosignAnnotations {
  /** Base64; empty in attestations. */
  readonly signature: string;
  readonly certificate: X509Certificate | null;
  readonly chain: readonly X509Certificate[];
  readonly logEntries: readonly TransparencyLogEntry[];
  readonly timestamps: readonly Buffer<ArrayBuffer>[];
}

function naturalNumber(value: unknown, what: string): string {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new Refusal('malformed', `${what} is not a number`);
  }
  return String(value);
}

function logEntry(text: string): TransparencyLogEntry {
  const bundle = objectOf(parseStrictJson(Buffer.from(text), 'its log entry'), 'its log entry');
  const payload = objectOf(bundle['Payload'], "its log entry's payload");
  const body = decodeBase64(stringOf(payload['body'], "its log entry's body"), "its log entry's body");
  const canonical = objectOf(parseStrictJson(body, "its log entry's body"), "its log entry's body");
  const logId = stringOf(payload['logID'], "its log entry's logID");
  if (!/^[0-9a-f]{64}$/.test(logId)) throw new Refusal('malformed', "its log entry's logID is not a SHA-256 digest");
  const promise = stringOf(bundle['SignedEntryTimestamp'], 'its signed entry timestamp');
  return {
    logIndex: naturalNumber(payload['logIndex'], "its log entry's logIndex"),
    logId: { keyId: Buffer.from(logId, 'hex') },
    kindVersion: {
      kind: stringOf(canonical['kind'], "its log entry's kind"),
      version: stringOf(canonical['apiVersion'], "its log entry's apiVersion"),
    },
    integratedTime: naturalNumber(payload['integratedTime'], "its log entry's integratedTime"),
    inclusionPromise: { signedEntryTimestamp: decodeBase64(promise, 'its signed entry timestamp') },
    inclusionProof: undefined,
    canonicalizedBody: body,
  };
}

function timestamp(text: string): Buffer<ArrayBuffer> {
  const value = objectOf(parseStrictJson(Buffer.from(text), 'its timestamp'), 'its timestamp');
  return decodeBase64(stringOf(value['SignedRFC3161Timestamp'], 'its timestamp'), 'its timestamp');
}

/**
 * Reads the annotations of a cosign 1 or 2 layer.
 * @throws Refusal `malformed`, `too-large`
 */
export function readCosignAnnotations(attachment: Attachment): CosignAnnotations {
  const annotations = attachment.layer.annotations ?? {};
  const value = (name: string): string | null => {
    const text = annotations[name];
    if (text === undefined || text.trim() === '') return null;
    if (text.length > limits.annotationBytes) throw new Refusal('too-large', `its annotation ${name} is too large`);
    return text;
  };
  const certificate = value('dev.sigstore.cosign/certificate');
  const chain = value('dev.sigstore.cosign/chain');
  const bundle = value('dev.sigstore.cosign/bundle');
  const token = value('dev.sigstore.cosign/rfc3161timestamp');
  const leaves = certificate === null ? [] : parsePemCertificates(certificate);
  if (leaves.length > 1) throw new Refusal('malformed', 'it names more than one certificate as its signer');
  return {
    signature: value('dev.cosignproject.cosign/signature') ?? '',
    certificate: leaves[0] ?? null,
    chain: chain === null ? [] : parsePemCertificates(chain),
    logEntries: bundle === null ? [] : [logEntry(bundle)],
    timestamps: token === null ? [] : [timestamp(token)],
  };
}
