import type { LineageContent } from '../model/index.ts';
import type { HistoryEntry, ImageFacts } from './image-facts.ts';

function startsWith<Item>(
  longer: readonly Item[],
  shorter: readonly Item[],
  same: (a: Item, b: Item) => boolean,
): boolean {
  return shorter.length <= longer.length && shorter.every((item, index) => same(item, longer[index] as Item));
}

function sameStep(left: HistoryEntry, right: HistoryEntry): boolean {
  return left.createdBy === right.createdBy && left.emptyLayer === right.emptyLayer;
}

/**
 * What the layers say of `base` as the base of `child`: proven where its diff_ids are a proper prefix, since these bytes are then that image's.
 * A child that adds no layer has the very same list; then its history must continue the base's, else nothing tells parent from child.
 * Compressed digests are never compared: they change with every recompression.
 */
export function layerProof(child: ImageFacts, base: ImageFacts): LineageContent {
  if (child.manifest === base.manifest || base.diffIds.length === 0 || child.diffIds.length === 0) return 'unprovable';
  if (!startsWith(child.diffIds, base.diffIds, Object.is)) return 'contradicted';
  if (base.diffIds.length < child.diffIds.length) return 'proven';
  const continues = base.history.length < child.history.length && startsWith(child.history, base.history, sameStep);
  return continues ? 'proven' : 'unprovable';
}

/** Whether the history looks like that of an image made from scratch: its first layer was added, not run. */
export function beginsWithRootFilesystem(facts: ImageFacts): boolean {
  const first = facts.history.find((entry) => !entry.emptyLayer);
  return first !== undefined && /^(?:\/bin\/sh -c #\(nop\) )?\s*(?:ADD|COPY)\b|^(?:ADD|COPY)\b/.test(first.createdBy);
}

/** Whether the image is one layer that was added to nothing: then no base can lie below it, if its history is true. */
export function isSingleLayer(facts: ImageFacts): boolean {
  return facts.diffIds.length === 1 && beginsWithRootFilesystem(facts);
}
