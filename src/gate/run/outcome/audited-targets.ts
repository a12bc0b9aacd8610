import type { JudgedImage } from '../../examine/judge/judged-image.ts';
import { type LoadedTarget, scanTargets } from '../../scan/scan-targets.ts';

/** What of a build's run says which targets use nothing. */
interface RunOfTargets {
  readonly loaded: readonly LoadedTarget[];
  readonly layouts: readonly JudgedImage[];
  readonly platform: string;
}

// without one of these a builder cannot have come to the end of the target
const takingKinds: ReadonlySet<string> = new Set(['from', 'copy', 'mount']);

/** Targets whose Dockerfile takes an image. */
export function targetsWithImages(images: readonly JudgedImage[]): readonly string[] {
  const uses = images.flatMap(({ use }) => use.uses);
  return [...new Set(uses.filter(({ kind }) => takingKinds.has(kind)).map(({ target }) => target))];
}

/**
 * Targets that use nothing which would have to be verified (`FROM scratch` with labels or files of the context): a builder
 * may record nothing of them, and nothing is missing. Empty where that is not known: an image that could not be foreseen,
 * a layout, a context that was fetched, or a Dockerfile that only the build reads.
 */
export function targetsOfNothing(run: RunOfTargets, images: readonly JudgedImage[]): readonly string[] {
  if (run.layouts.length > 0 || images.some(({ use }) => use.uses.length === 0)) return [];
  const users = new Set(images.flatMap(({ use }) => use.uses.map(({ target }) => target)));
  return run.loaded.flatMap((loaded) => {
    const { target, dockerfile } = loaded;
    const isOwnText = dockerfile.kind === 'text' && dockerfile.pin === null;
    if (!isOwnText || users.has(target.name)) return [];
    return scanTargets([loaded], run.platform, new Map()).unknown.length === 0 ? [target.name] : [];
  });
}
