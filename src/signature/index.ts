/**
 * Verifies what is attached to an image: each attachment becomes evidence that is proven, or says what is wrong with it.
 * Whom to trust is not decided here.
 */

import type { Attachment, Digest, Evidence, VerificationMaterial } from '../model/index.ts';
import type { IsWanted } from './prospect.ts';
import type { RevocationSource } from './revocation/revocation-source.ts';
import type { BroughtAuthority } from './signature-form.ts';

export { envelopePayload } from './envelope-payload.ts';
export type { RevocationRequest, RevocationSource } from './revocation/revocation-source.ts';
export type { BroughtAuthority } from './signature-form.ts';

/** What a caller may set. */
export interface VerifyOptions {
  /** The present; only private authorities without any timestamp are checked against it. */
  readonly now?: Date;
  /** Where to look up whether certificates of Notation's signers were revoked; left out: nowhere. */
  readonly revocation?: RevocationSource;
  /** Which signers could count, where so many attachments are there that not all can be tried; left out: all. */
  readonly isWanted?: IsWanted;
  /** Whether the time for verifying is over, asked before each attachment; left out: never. */
  readonly isOver?: () => boolean;
}

/**
 * Says what each attachment proves: one or more pieces of evidence for each, in order. Each is tried on its own against
 * every key, certificate authority and trusted root; no network is touched but through `revocation`, and a bad attachment never throws: its
 * evidence has a `problem`. `materials` names everything that it verified with. Of more than a few dozen, those are tried that
 * could count and some of the others; one that could count and was not tried has the problem `not-tried`.
 */
export async function verifyAttachments(
  attachments: readonly Attachment[],
  material: VerificationMaterial,
  options: VerifyOptions = {},
): Promise<readonly Evidence[]> {
  if (attachments.length === 0) return [];
  const { verifyEach } = await import('./verify-each.ts');
  return await verifyEach(attachments, material, {
    now: options.now ?? new Date(),
    revocation: options.revocation ?? null,
    isWanted: options.isWanted ?? (() => true),
    isOver: options.isOver ?? (() => false),
  });
}

/** The part of an in-toto statement that says something. */
export interface InTotoContent {
  readonly predicateType: string;
  readonly predicate: unknown;
}

/**
 * The in-toto statement in these bytes, read as strictly as a signed one, since a signature may cover them. Null where it is none
 * or does not speak of `subject`. Never throws.
 */
export async function readInTotoStatement(bytes: Uint8Array, subject: Digest): Promise<InTotoContent | null> {
  const [{ readStatement }, { Refusal }] = await Promise.all([
    import('./sigstore/in-toto-statement.ts'),
    import('./refusal.ts'),
  ]);
  try {
    const { predicateType, statement, problem } = readStatement(bytes, subject);
    return problem === null ? { predicateType, predicate: statement['predicate'] } : null;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/**
 * Loads the verifier and parses the material before there is anything to verify: a caller that waits for the network has the time.
 * Nothing depends on it, and it never throws.
 */
export async function prepareVerifier(material: VerificationMaterial): Promise<void> {
  try {
    const [, { prepareMaterial }] = await Promise.all([
      import('./verify-each.ts'),
      import('./sigstore/prepared-material.ts'),
    ]);
    await prepareMaterial(material);
  } catch {
    // errors are reported when something is verified
  }
}

/** The authorities that signatures among these bring along, each once, by fingerprint. They are not trusted by that. */
export async function broughtAuthorities(attachments: readonly Attachment[]): Promise<readonly BroughtAuthority[]> {
  const { signatureForm } = await import('./forms.ts');
  const found = attachments.map(async (attachment) => (await signatureForm(attachment.form)).authority?.(attachment));
  const authorities = (await Promise.all(found)).flatMap((authority) => authority ?? []);
  return [...new Map(authorities.map((authority) => [authority.sha256, authority])).values()];
}
