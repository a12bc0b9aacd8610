import { isRefusal, type ReportImage } from '../../../model/index.ts';
import { nameRemarks, type PolicySet } from '../../../policy/index.ts';

/** The repositories that a policy names in full: these are no imitations. */
export function namedRepositories({ layers }: PolicySet): ReadonlySet<string> {
  const patterns = layers.flatMap(({ rules }) => rules.flatMap(({ images }) => images));
  return new Set(patterns.map(({ repository }) => repository).filter((repository) => !repository.includes('*')));
}

/**
 * The image with what its name is worth a remark for. The verdict stays what it is. That a tag can move is not said of an image
 * whose bytes are proven or locked, nor of one that is refused anyway.
 */
export function withNameRemarks(image: ReportImage, named: ReadonlySet<string>, isLocked: boolean): ReportImage {
  const isSettled = isLocked || image.verified || image.basis === 'lock' || isRefusal(image.status);
  const remarks = nameRemarks(image.name, named).filter(({ level }) => level === 'warning' || !isSettled);
  return remarks.length === 0 ? image : { ...image, findings: [...image.findings, ...remarks] };
}
