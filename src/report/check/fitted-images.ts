import type { ReportImage } from '../../model/index.ts';
import { describeLineage, headline } from '../describe/describe-image.ts';

/** Images that are allowed for the same reason, told in one line. */
export interface ImageGroup {
  readonly images: readonly ReportImage[];
  readonly reason: string;
}

/** How much of a reason is told: all of it, or only whether anything was verified. */
export type Closeness = 'reason' | 'verified';

/** Whether a line says all that there is to say of it: that a tag can move is true of nearly every image. */
function isPlain({ status, findings }: ReportImage): boolean {
  return status === 'allow' && findings.every(({ code }) => code === 'image.mutable-tag');
}

function reasonOf(image: ReportImage, closeness: Closeness): string {
  if (closeness === 'verified') return image.verified ? 'verified' : 'not verified, which the policy allows';
  return [headline(image), describeLineage(image)].filter((text) => text !== null).join('; ');
}

/**
 * Puts allowed images together where there are several with the same reason, the largest group first.
 * @returns besides the groups the images that keep lines of their own: those with more to say, or alone in their reason
 */
export function groupAllowed(
  images: readonly ReportImage[],
  closeness: Closeness,
): { readonly alone: readonly ReportImage[]; readonly groups: readonly ImageGroup[] } {
  const byReason = new Map<string, ReportImage[]>();
  for (const image of images.filter(isPlain)) {
    const reason = reasonOf(image, closeness);
    byReason.set(reason, [...(byReason.get(reason) ?? []), image]);
  }
  const groups = [...byReason]
    .map(([reason, alike]) => ({ reason, images: alike }))
    .filter((group) => group.images.length > 1);
  const grouped = new Set(groups.flatMap((group) => group.images));
  return {
    alone: images.filter((image) => !grouped.has(image)),
    groups: groups.toSorted((one, two) => two.images.length - one.images.length),
  };
}
