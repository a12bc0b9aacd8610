import type { TransparencyLogEntry } from '@sigstore/bundle';
import type { X509Certificate } from '@sigstore/core';
import {
  type Attachment,
  cosignSignaturePredicate,
  type Digest,
  type EvidenceForm,
  type Problem,
} from '../model/index.ts';
import { printable } from './refusal.ts';
import type { SignedBytes } from './sigstore/signed-bytes.ts';

/** One signature as an attachment states it. Nothing of it is proven. */
export interface SignedStatement {
  readonly form: EvidenceForm;
  /** What the signed bytes speak of; the attachment's subject where they do not say. */
  readonly subject: Digest;
  readonly predicateType: string | null;
  /** The repository inside the payload, normalised where it is one. */
  readonly repository: string | null;
  /** The name inside the payload as it stands there. */
  readonly signedName?: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** The parsed in-toto statement of an attestation, else null. */
  readonly statement: unknown;
  /** Wrong type or subject, which reading alone shows. */
  readonly problem: Problem | null;
  readonly signed: SignedBytes;
  /** The signer's certificate; null for a bare key. */
  readonly certificate: X509Certificate | null;
  /** Certificates that came with it, in the order given: untrusted. */
  readonly chain: readonly X509Certificate[];
  /** Which key signed, as the signer would have it: base64 of the SHA-256 of the key, or any text. */
  readonly keyHint: string | null;
  readonly logEntries: readonly TransparencyLogEntry[];
  /** RFC 3161 time-stamp responses, DER. */
  readonly timestamps: readonly Buffer<ArrayBuffer>[];
  /** The DSSE envelope as it stands in the registry, for log entries that hash it whole; null for others. */
  readonly envelope: Buffer | null;
}

/**
 * Reads a form whose signatures are verified as cosign's are, with log entries and timestamps.
 * @throws Refusal, or whatever a parser throws: the attachment is broken evidence then
 */
export interface AttachmentReader {
  read(attachment: Attachment, content: Buffer<ArrayBuffer>): readonly SignedStatement[];
}

/** The form that the evidence has and the digest that it speaks of, once a BuildKit attestation manifest stands between. */
export function vouched(
  attachment: Attachment,
  form: EvidenceForm,
  subject: Digest,
): Pick<SignedStatement, 'form' | 'subject'> {
  if (attachment.vouchesFor === null) return { form, subject };
  const reached = subject === attachment.subject ? attachment.vouchesFor : subject;
  return { form: 'buildkit-attestation', subject: reached };
}

/**
 * What is wrong with a statement on a BuildKit attestation manifest; null for nothing. A signature there vouches for the platform; an
 * attestation says something of that manifest, not of the image beside it.
 */
export function misplaced(form: EvidenceForm, predicateType: string): Problem | null {
  if (form !== 'buildkit-attestation' || predicateType === cosignSignaturePredicate) return null;
  const message = `its predicate is "${printable(predicateType)}", expected "${cosignSignaturePredicate}"`;
  return { code: 'wrong-type', message };
}
