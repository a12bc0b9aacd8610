import type { Evidence } from '../../../model/index.ts';
import type { JudgedImage } from './decide-input.ts';

/** Which bytes of an image a requirement holds for. */
export type Coverage =
  | { readonly kind: 'whole' } // a signature on the root covers its children
  | { readonly kind: 'platforms' } // every platform asked for, each by itself
  | { readonly kind: 'partial'; readonly uncovered: readonly string[] } // some platforms asked for are not covered
  | { readonly kind: 'none' };

/**
 * Where `holds` is true: asked of the evidence on the root, then for each platform of the evidence on the root and on
 * that platform's manifest. A signature on a child covers that child alone.
 */
export function coverageOf(
  image: JudgedImage,
  evidence: readonly Evidence[],
  holds: (applicable: readonly Evidence[]) => boolean,
): Coverage {
  if (holds(evidence.filter((piece) => piece.subject === image.digest))) return { kind: 'whole' };
  const uncovered: string[] = [];
  for (const { platform, digest } of image.platforms) {
    const applicable = evidence.filter((piece) => piece.subject === image.digest || piece.subject === digest);
    if (!holds(applicable)) uncovered.push(platform);
  }
  if (image.platforms.length === 0 || uncovered.length === image.platforms.length) return { kind: 'none' };
  return uncovered.length === 0 ? { kind: 'platforms' } : { kind: 'partial', uncovered };
}

/** The evidence about the image's root or about a platform that was asked for. */
export function relevantEvidence(image: JudgedImage, evidence: readonly Evidence[]): readonly Evidence[] {
  const digests = new Set<string>([image.digest, ...image.platforms.map(({ digest }) => digest)]);
  return evidence.filter((piece) => digests.has(piece.subject));
}
