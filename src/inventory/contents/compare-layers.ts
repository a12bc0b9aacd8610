import type { ChangedFile, FileChange, LayerChange } from '../../model/index.ts';
import { likelyCause } from './likely-cause.ts';
import { type LayerEntry, readFiles, readLayer } from './read-layer.ts';

/** How many files of a layer are named. */
const mostNamed = 20;
/** How many of them are looked into for what may have made them differ. */
const mostOpened = 5;

function changesOf(left: LayerEntry | undefined, right: LayerEntry | undefined): readonly FileChange[] {
  if (left === undefined || right === undefined)
    return [left === undefined ? 'only in the rebuild' : 'only in the original'];
  const found: FileChange[] = [];
  if (left.type !== right.type) found.push('type');
  if (left.sha256 !== right.sha256) found.push('content');
  if (left.link !== right.link) found.push('link');
  if (left.mode !== right.mode) found.push('mode');
  if (left.owner !== right.owner) found.push('owner');
  if (left.attributes !== right.attributes) found.push('attributes');
  if (left.time !== right.time) found.push('time');
  return found;
}

function isTimeAlone({ changes }: ChangedFile): boolean {
  return changes.every((change) => change === 'time');
}

/** All files that differ, those with more than another time first, then by path. */
function compareEntries(
  original: ReadonlyMap<string, LayerEntry>,
  rebuilt: ReadonlyMap<string, LayerEntry>,
): readonly ChangedFile[] {
  const paths = [...new Set([...original.keys(), ...rebuilt.keys()])].toSorted();
  const changed = paths.flatMap((path): readonly ChangedFile[] => {
    const changes = changesOf(original.get(path), rebuilt.get(path));
    return changes.length === 0 ? [] : [{ path, changes }];
  });
  return [...changed.filter((file) => !isTimeAlone(file)), ...changed.filter(isTimeAlone)];
}

/** Where the bytes of one layer come from, as stored, with what made it. */
export interface LayerPair {
  readonly platform: string;
  /** From 1. */
  readonly layer: number;
  readonly instruction: string | null;
  readonly original: Buffer;
  readonly rebuilt: Buffer;
}

/**
 * Compares two layers file by file; null where they hold the same, down to the times.
 * @throws VerifyError `registry.untrustworthy`
 */
export async function compareLayers(pair: LayerPair): Promise<LayerChange | null> {
  const { platform, layer, instruction, original, rebuilt } = pair;
  const changed = compareEntries(await readLayer(original), await readLayer(rebuilt));
  if (changed.length === 0) return null;
  const different = changed.filter((file) => !isTimeAlone(file));
  const opened = new Set(
    different
      .filter(({ changes }) => changes.includes('content'))
      .slice(0, mostOpened)
      .map(({ path }) => path),
  );
  const [before, after] = [await readFiles(original, opened), await readFiles(rebuilt, opened)];
  const contents = [...opened].flatMap((path) => {
    const [left, right] = [before.get(path), after.get(path)];
    return left === undefined || right === undefined ? [] : [{ left, right }];
  });
  const paths = different.map(({ path }) => path);
  return {
    platform,
    layer,
    instruction,
    isDifferent: different.length > 0,
    count: changed.length,
    files: changed.slice(0, mostNamed),
    cause: different.length === 0 ? null : likelyCause({ instruction, paths, contents }),
  };
}
