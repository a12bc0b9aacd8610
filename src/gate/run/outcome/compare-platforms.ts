import { compareImages, type ImageContents } from '../../../inventory/index.ts';
import type { PlatformComparison, RebuildVerdict } from '../../../model/index.ts';
import { Missing } from '../plan/rebuild-sources.ts';

/**
 * Compares what was built with what was built again, each platform of the one with the same one of the other. A platform that the
 * rebuild has besides says nothing about the original.
 * @throws Missing where a platform of the original is not there again, or none can be compared
 */
export async function comparePlatforms(
  original: readonly ImageContents[],
  rebuilt: readonly ImageContents[],
): Promise<readonly PlatformComparison[]> {
  const pairs = rebuilt.flatMap((made) => {
    const before = original.find(({ platform }) => platform === made.platform);
    return before === undefined ? [] : [{ before, made }];
  });
  const lost = original
    .map(({ platform }) => platform)
    .filter((platform) => !rebuilt.some((made) => made.platform === platform));
  if (lost.length > 0)
    throw new Missing([`the ${lost.length === 1 ? 'platform' : 'platforms'} ${lost.join(', ')} in the rebuild`]);
  if (pairs.length === 0) throw new Missing(['a platform that could be compared: the image that was built lists none']);
  const found: PlatformComparison[] = [];
  // one after another: each may be large
  // oxlint-disable-next-line no-await-in-loop
  for (const { before, made } of pairs) found.push(await compareImages(before, made));
  return found;
}

/** The weakest of all platforms. */
export function weakestOf(platforms: readonly PlatformComparison[]): RebuildVerdict {
  const verdicts = platforms.map(({ verdict }) => verdict);
  return (['different', 'same content'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'identical';
}
