import {
  type Attachment,
  type CertificateClaims,
  type Evidence,
  type EvidenceForm,
  factsOfForm,
  type Problem,
  type Signer,
} from '../model/index.ts';
import type { SignedStatement } from './attachment-reader.ts';
import { signatureId } from './signature-id.ts';
import type { ProvenTime } from './sigstore/proven-time.ts';

/** A signer that verified, with the material it verified with. */
export interface Proof extends ProvenTime {
  readonly signer: Signer;
  readonly claims: CertificateClaims;
  /** Identifiers of keys, certificates and roots. */
  readonly materials: readonly string[];
  readonly trustedRoot: string | null;
  /** Since when the certificate of a keyless signer was valid. */
  readonly certifiedSince?: string;
  readonly certificate?: NonNullable<Evidence['certificate']>;
  /** Why it stays open whether a certificate was revoked. */
  readonly revocationUnknown?: string;
}

/** The form that an attachment which could not be read is reported as. */
function unreadForm(attachment: Attachment): EvidenceForm {
  return attachment.vouchesFor === null ? factsOfForm(attachment.form).reportedAs : 'buildkit-attestation';
}

/** Evidence of an attachment that proves nothing, as far as it was understood. */
export function refusedEvidence(
  attachment: Attachment,
  problem: Problem,
  statement: SignedStatement | null = null,
  claimed: { readonly signer: Signer | null; readonly claims: CertificateClaims } = { signer: null, claims: {} },
): Evidence {
  return {
    form: statement?.form ?? unreadForm(attachment),
    verified: false,
    subject: statement?.subject ?? attachment.subject,
    predicateType: statement?.predicateType ?? null,
    signer: claimed.signer,
    time: null,
    timeSource: null,
    log: null,
    problem,
    trustedRoot: null,
    materials: [],
    claims: claimed.claims,
    repository: statement?.repository ?? null,
    ...(statement?.signedName === undefined ? {} : { signedName: statement.signedName }),
    annotations: statement?.annotations ?? {},
    statement: null,
    manifest: attachment.manifest,
    location: attachment.location,
  };
}

/** Evidence of a signature that verified. */
export function provenEvidence(attachment: Attachment, statement: SignedStatement, proof: Proof): Evidence {
  return {
    ...refusedEvidence(attachment, { code: 'malformed', message: '' }, statement),
    ...proof,
    verified: true,
    problem: null,
    signatureId: signatureId(statement.signed.signature),
    statement: statement.form === 'attestation' ? statement.statement : null,
  };
}

/** Proofs that say the same, made one: its materials are those of all, in order. */
export function mergedProofs(proofs: readonly Proof[]): readonly Proof[] {
  const merged = new Map<string, Proof>();
  for (const proof of proofs) {
    const key = JSON.stringify([
      proof.signer,
      proof.time,
      proof.timeSource,
      proof.log,
      proof.revocationUnknown ?? null,
    ]);
    const former = merged.get(key);
    if (former === undefined) merged.set(key, proof);
    else {
      const materials = [...new Set([...former.materials, ...proof.materials])];
      merged.set(key, { ...proof, ...former, materials, trustedRoot: former.trustedRoot ?? proof.trustedRoot });
    }
  }
  return [...merged.values()];
}
