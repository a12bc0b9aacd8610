import type { Attachment, Evidence, VerificationMaterial } from '../model/index.ts';

/** What a caller may set. */
export interface VerifyOptions {
  /** The present; only private authorities without any timestamp are checked against it. */
  readonly now?: Date;
}

/**
 * Says what each attachment proves: one or more pieces of evidence for each, in order. Each is tried on its own against
 * every key, certificate authority and trusted root; no network is touched, and a bad attachment never throws: its
 * evidence has a `problem`. `materials` names everything that it verified with.
 */
export async function verifyAttachments(
  attachments: readonly Attachment[],
  material: VerificationMaterial,
  options: VerifyOptions = {},
): Promise<readonly Evidence[]> {
  if (attachments.length === 0) return [];
  const { verifyEach } = await import('./verify-each.ts');
  return await verifyEach(attachments, material, options.now ?? new Date());
}

/**
 * Loads the verifier and parses the material before there is anything to verify: a caller that waits for the network has the time.
 * Nothing depends on it, and it never throws.
 */
export async function prepareVerifier(material: VerificationMaterial): Promise<void> {
  try {
    const [, { prepareMaterial }] = await Promise.all([import('./verify-each.ts'), import('./prepared-material.ts')]);
    await prepareMaterial(material);
  } catch {
    // whatever is wrong is told when something is verified
  }
}
