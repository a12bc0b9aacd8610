import type { X509Certificate } from '@sigstore/core';
import type { Attachment, Evidence } from '../../model/index.ts';
import type { SignedStatement } from '../attachment-reader.ts';
import { mergedProofs, provenEvidence, refusedEvidence } from '../evidence.ts';
import type { PreparedMaterial } from './prepared-material.ts';
import { keyFingerprint } from './verify-anchored.ts';
import { type Looking, type SignerAttempt, verifyCertificate } from './verify-certificate.ts';
import { verifyKeys } from './verify-key.ts';

/** A signature that comes with a certificate may still be a known key's: a policy that names the key is answered too. */
async function verdictsOf(
  statement: SignedStatement,
  material: PreparedMaterial,
  looking: Looking,
): Promise<readonly SignerAttempt[]> {
  if (statement.certificate === null) return [verifyKeys(statement, material, looking.now)];
  const keyless = await verifyCertificate(statement, statement.certificate, material, looking);
  const alike = keyless.proofs.length === 0 ? material : withKeyOf(statement.certificate, material);
  return [keyless, verifyKeys({ ...statement, logEntries: [], timestamps: [] }, alike, looking.now)];
}

/** The material for a signature that a certificate's key has made: of the publishers' keys only that very one can have made it too. */
function withKeyOf({ publicKey }: X509Certificate, material: PreparedMaterial): PreparedMaterial {
  const id = keyFingerprint(publicKey);
  return { ...material, publisherKeys: material.publisherKeys.filter((key) => key.id === id) };
}

/** Verifies one signature against all material: one piece of evidence for each signer and time proven, else one that says why not. */
export async function verifyStatement(
  attachment: Attachment,
  statement: SignedStatement,
  material: PreparedMaterial,
  looking: Looking,
): Promise<readonly Evidence[]> {
  const verdicts = await verdictsOf(statement, material, looking);
  const [first] = verdicts;
  const claimed = first?.claimed ?? { signer: null, claims: {} };
  if (statement.problem !== null) return [refusedEvidence(attachment, statement.problem, statement, claimed)];
  const proofs = mergedProofs(verdicts.flatMap((verdict) => verdict.proofs));
  if (proofs.length > 0) return proofs.map((proof) => provenEvidence(attachment, statement, proof));
  const problem = first?.problem ?? { code: 'malformed' as const, message: 'it carries no signature' };
  return [refusedEvidence(attachment, problem, statement, claimed)];
}
