import type { Attachment, Evidence, VerificationMaterial } from '../model/index.ts';
import type { AttachmentReader } from './attachment-reader.ts';
import { cosignAttestationReader } from './cosign-attestation.ts';
import { cosignSignatureReader } from './cosign-signature.ts';
import { refusedEvidence } from './evidence.ts';
import { limits } from './limits.ts';
import { type PreparedMaterial, prepareMaterial } from './prepared-material.ts';
import { problemOf, Refusal } from './refusal.ts';
import type { RevocationSource } from './revocation-source.ts';
import { sigstoreBundleReader } from './sigstore-bundle.ts';
import { verifyStatement } from './verify-statement.ts';

const readers: Readonly<Record<Exclude<Attachment['form'], 'notation'>, AttachmentReader>> = {
  'cosign-signature': cosignSignatureReader,
  'cosign-attestation': cosignAttestationReader,
  'sigstore-bundle': sigstoreBundleReader,
};

/** In bytes; checked before anything is decoded. */
const largest: Readonly<Record<Attachment['form'], number>> = {
  'cosign-signature': limits.payloadBytes,
  'cosign-attestation': limits.attestationBytes,
  'sigstore-bundle': limits.bundleBytes,
  notation: limits.payloadBytes,
};

function contentOf(attachment: Attachment): Buffer<ArrayBuffer> {
  const size = Math.floor((attachment.content.length * 3) / 4);
  const most = largest[attachment.form];
  if (size > most + 2) {
    throw new Refusal('too-large', `it has ${size} bytes, at most ${most} are read`);
  }
  return Buffer.from(attachment.content, 'base64');
}

async function verifyOne(
  attachment: Attachment,
  material: PreparedMaterial,
  now: Date,
  revocation: RevocationSource | null,
): Promise<readonly Evidence[]> {
  try {
    const content = contentOf(attachment);
    if (attachment.form === 'notation') {
      const { verifyNotation } = await import('./verify-notation.ts');
      return [await verifyNotation(attachment, content, material, now, revocation)];
    }
    const statements = readers[attachment.form].read(attachment, content);
    return statements.flatMap((statement) => verifyStatement(attachment, statement, material, now));
  } catch (error) {
    return [refusedEvidence(attachment, problemOf(error))];
  }
}

/** Verifies each attachment on its own, in order: a broken or unrelated one never hides a good one. */
export async function verifyEach(
  attachments: readonly Attachment[],
  material: VerificationMaterial,
  now: Date,
  revocation: RevocationSource | null = null,
): Promise<readonly Evidence[]> {
  const prepared = await prepareMaterial(material);
  const evidence: Evidence[] = [];
  for (const attachment of attachments) {
    // One after another: the work is the processor's alone, and memory stays bounded.
    evidence.push(...(await verifyOne(attachment, prepared, now, revocation)));
  }
  return evidence;
}
