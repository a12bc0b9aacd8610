import { createHash } from 'node:crypto';
import type { TransparencyLogEntry } from '@sigstore/bundle';
import { crypto, json, type X509Certificate } from '@sigstore/core';
import { type SignedEntity, VerificationError, Verifier } from '@sigstore/verify';
import type { SignedStatement } from '../attachment-reader.ts';
import type { CertificationPath } from '../certificates/certification-path.ts';
import { subjectName } from '../certificates/subject-name.ts';
import { dateTime } from '../date-time.ts';
import { problemOf, Refusal } from '../refusal.ts';
import type { HashAlgorithm } from '../signature-algorithms.ts';
import { certifyingAuthorities } from './authority-paths.ts';
import { recordsEnvelope } from './log-entry.ts';
import { assertLogsValidThen, type ProvenTime, provenTime, provenTimes, type Supported, timed } from './proven-time.ts';
import { signatureContent } from './signed-bytes.ts';
import { authoritiesFor, parseTimestamp, timestampSigners } from './timestamp-token.ts';
import type { CertificateAuthority, TrustAnchors } from './trust-anchors.ts';

/** The signer's key, in the library's form. */
export type AnchoredSigner =
  | { readonly kind: 'certificate'; readonly certificate: X509Certificate }
  /** A certificate with its path to a private authority: its key counts while every certificate of the path is valid. */
  | { readonly kind: 'path'; readonly path: CertificationPath }
  | { readonly kind: 'key'; readonly key: crypto.KeyObject; readonly hash: HashAlgorithm | null };

/** The entries and timestamps whose log or authority the anchors know. Others prove nothing, and refuse nothing. */
function supportedBy(anchors: TrustAnchors, statement: SignedStatement): Supported {
  const { tlogs, timestampAuthorities } = anchors.material;
  const entries = statement.logEntries.filter((entry) => tlogs.some((log) => log.logID.equals(entry.logId.keyId)));
  const tokens = statement.timestamps.map(parseTimestamp).flatMap((token) => {
    const authorities = authoritiesFor(token, timestampAuthorities);
    return authorities.length === 0 ? [] : [{ token, authorities: authorities.flatMap(timestampSigners) }];
  });
  return { entries, tokens };
}

/** Rekor's signature over an entry that the library cannot read (intoto 0.0.1): over its body, time, index and log. */
function assertPromise(entry: TransparencyLogEntry, anchors: TrustAnchors): void {
  const time = new Date(Number(entry.integratedTime) * 1000);
  const payload = {
    body: entry.canonicalizedBody.toString('base64'),
    integratedTime: Number(entry.integratedTime),
    logIndex: Number(entry.logIndex),
    logID: entry.logId.keyId.toString('hex'),
  };
  const signed = Buffer.from(json.canonicalize(payload), 'utf8');
  const isProven = anchors.material.tlogs.some(
    (log) =>
      log.logID.equals(entry.logId.keyId) &&
      log.validFor.start <= time &&
      time <= log.validFor.end &&
      crypto.verify(signed, log.publicKey, entry.inclusionPromise?.signedEntryTimestamp ?? Buffer.alloc(0)),
  );
  if (!isProven) throw new Refusal('log-invalid', "the log's signature on the entry does not verify");
}

function entityOf(statement: SignedStatement, signer: AnchoredSigner, supported: Supported): SignedEntity {
  return {
    signature: signatureContent(statement.signed, signer.kind === 'key' ? signer.hash : null),
    key:
      signer.kind === 'certificate'
        ? { $case: 'certificate', certificate: signer.certificate }
        : { $case: 'public-key', hint: '' },
    tlogEntries: supported.entries.filter((entry) => !recordsEnvelope(entry)),
    timestamps: [
      ...supported.entries.filter(timed).map((tlogEntry) => ({ $case: 'transparency-log' as const, tlogEntry })),
      ...supported.tokens.map(({ token }) => ({ $case: 'timestamp-authority' as const, timestamp: token })),
    ],
  };
}

/** The library stops with a TypeError when there is no time at all; a private authority may do without: the present counts. */
function withPresent(entity: SignedEntity, now: Date): SignedEntity {
  const tlogEntry: TransparencyLogEntry = {
    logIndex: '0',
    logId: { keyId: Buffer.alloc(0) },
    kindVersion: { kind: '', version: '' },
    integratedTime: String(Math.floor(now.getTime() / 1000)),
    inclusionPromise: { signedEntryTimestamp: Buffer.alloc(0) },
    inclusionProof: undefined,
    canonicalizedBody: Buffer.alloc(0),
  };
  return { ...entity, timestamps: [{ $case: 'transparency-log', tlogEntry }] };
}

function assertTimed(statement: SignedStatement, supported: Supported, anchors: TrustAnchors): void {
  const { log, timestamp } = anchors.thresholds;
  if (supported.entries.length < log) {
    const found =
      statement.logEntries.length === 0 ? 'it has none' : `its entry is in a log that ${anchors.name} does not know`;
    throw new Refusal('log-missing', `expected an entry in a transparency log, ${found}`);
  }
  const times = supported.entries.filter(timed).length + supported.tokens.length;
  if (times < timestamp) {
    const found =
      statement.logEntries.length + statement.timestamps.length === 0
        ? 'found neither'
        : `found none that ${anchors.name} can vouch for`;
    throw new Refusal(
      'log-missing',
      `expected a log entry or a trusted timestamp that proves when it was signed, ${found}`,
    );
  }
}

function certificatesOf(signer: AnchoredSigner): readonly X509Certificate[] {
  switch (signer.kind) {
    case 'certificate':
      return [signer.certificate];
    case 'path':
      return signer.path;
    case 'key':
      return [];
  }
}

/** Requires that the certificates were valid at every time that is proven, or are now where none is. */
function assertValidThen(signer: AnchoredSigner, supported: Supported, now: Date): void {
  const times = provenTimes(supported);
  for (const [index, certificate] of certificatesOf(signer).entries()) {
    const outside = (times.length === 0 ? [now] : times).find((time) => !certificate.validForDate(time));
    if (outside === undefined) continue;
    const when =
      times.length === 0
        ? `nothing proves when it was signed, and it is ${dateTime(now)}`
        : `it was signed at ${dateTime(outside)}`;
    const which = index === 0 ? 'its certificate' : `the authority "${subjectName(certificate)}" of its chain`;
    throw new Refusal(
      'certificate-expired',
      `${when}, but ${which} was valid from ${dateTime(certificate.notBefore)} to ${dateTime(certificate.notAfter)}`,
    );
  }
}

/** What the library's refusal means here. */
function translated(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (!(error instanceof VerificationError)) return new Refusal(problemOf(error).code, problemOf(error).message, error);
  const because = error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
  switch (error.code) {
    case 'TIMESTAMP_ERROR':
      return new Refusal('timestamp-invalid', `its timestamp does not verify: ${because}`, error);
    case 'CERTIFICATE_ERROR':
    case 'PUBLIC_KEY_ERROR':
      return new Refusal('certificate-invalid', `its certificate does not verify: ${because}`, error);
    case 'SIGNATURE_ERROR':
      return new Refusal('invalid-signature', 'its signature does not match the signed bytes', error);
    default:
      return new Refusal('log-invalid', `its log entry does not verify: ${because}`, error);
  }
}

/** The signer's key where the library is to ask for it by itself. */
function keyOf(signer: AnchoredSigner): ReturnType<TrustAnchors['material']['publicKey']> {
  switch (signer.kind) {
    case 'key':
      return { publicKey: signer.key, validFor: () => true };
    case 'path': {
      const [certificate] = signer.path;
      if (certificate === undefined) break;
      const isValid = (time: Date): boolean => signer.path.every((each) => each.validForDate(time));
      return { publicKey: crypto.createPublicKey(certificate.publicKey), validFor: isValid };
    }
    case 'certificate':
  }
  throw new Refusal('malformed', 'it names no key');
}

function verifierFor(
  signer: AnchoredSigner,
  anchors: TrustAnchors,
  authorities: readonly CertificateAuthority[],
  supported: Supported,
): Verifier {
  return new Verifier(
    {
      ...anchors.material,
      certificateAuthorities: [...authorities],
      timestampAuthorities: supported.tokens.flatMap(({ authorities }) => authorities),
      publicKey: () => keyOf(signer),
    },
    // Counted before, where what is missing can be named; SCTs only here.
    {
      tlogThreshold: 0,
      timestampThreshold: 0,
      ctlogThreshold: signer.kind === 'certificate' ? anchors.thresholds.certificateTransparency : 0,
    },
  );
}

/**
 * Verifies one signature against one set of anchors: timestamps, certificate chain, transparency of the certificate,
 * log entries, signature. A key is not asked for any of these, but what is there and known must be right.
 * Bindings and usages that the library leaves out are checked by the caller, once for all anchors.
 * @throws Refusal
 */
export function verifyAnchored(
  statement: SignedStatement,
  signer: AnchoredSigner,
  anchors: TrustAnchors,
  now: Date,
): ProvenTime {
  const isKey = signer.kind === 'key';
  const authorities = signer.kind === 'certificate' ? certifyingAuthorities(signer.certificate, anchors) : [];
  const supported = supportedBy(anchors, statement);
  const isTimeless = supported.entries.filter(timed).length + supported.tokens.length === 0;
  const verifier = verifierFor(signer, anchors, authorities, supported);
  if (!isKey) assertTimed(statement, supported, anchors);
  for (const entry of supported.entries.filter(recordsEnvelope)) assertPromise(entry, anchors);
  assertLogsValidThen(supported, anchors);
  const entity = entityOf(statement, signer, supported);
  try {
    verifier.verify(isTimeless && !isKey ? withPresent(entity, now) : entity);
  } catch (error) {
    const isValidity =
      error instanceof VerificationError && (error.code === 'CERTIFICATE_ERROR' || error.code === 'PUBLIC_KEY_ERROR');
    if (isValidity) assertValidThen(signer, supported, now);
    throw translated(error);
  }
  return provenTime(supported, anchors, now);
}

/** SHA-256 of the certificate's SubjectPublicKeyInfo, hexadecimal. */
export function keyFingerprint(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('hex');
}
