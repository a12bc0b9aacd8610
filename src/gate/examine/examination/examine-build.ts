import type { UserPolicy } from '../../../builder/index.ts';
import type { CanonicalName, ImageUse, ScanResult } from '../../../model/index.ts';
import { type LoadedTarget, scanTargets } from '../../scan/scan-targets.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import type { JudgedImage } from '../judge/judged-image.ts';
import { settlePlatforms } from '../judge/settle-platforms.ts';
import { countedProgress } from './counted-progress.ts';
import { examineImage } from './examine-image.ts';
import { examineLayouts, isLayout } from './examine-layouts.ts';
import { deniedByUser, isDeniedByUser, withConversions } from './user-source-policy.ts';

const mostRounds = 8;

/** What a build uses, and what was found out about every image of it. */
export interface ExaminedBuild {
  readonly scan: ScanResult;
  readonly images: readonly JudgedImage[];
  /** OCI layouts that named contexts put in the place of images; `scan.replacements` holds them no more. */
  readonly layouts: readonly JudgedImage[];
}

/** An image is examined once for each set of platforms that it is used for. */
function keyOf({ name, platforms }: ImageUse): string {
  return `${name} ${platforms.join(',')}`;
}

function triggersOf(images: Iterable<JudgedImage>): ReadonlyMap<CanonicalName, readonly string[]> {
  const triggers = new Map<CanonicalName, readonly string[]>();
  for (const { use, resolved } of images) {
    const found = Object.values(resolved?.onbuild ?? {}).flat();
    if (found.length > 0) triggers.set(use.name, [...new Set(found)]);
  }
  return triggers;
}

/** What examines one image. */
export type ExamineImage = (pipeline: Pipeline, use: ImageUse) => Promise<JudgedImage>;

/** Examines each image once for each set of platforms, however many builds ask for it; for builds under one pipeline's policies. */
export function examineEachOnce(): ExamineImage {
  const known = new Map<string, Promise<JudgedImage>>();
  return async (pipeline, use) => {
    const examined = known.get(keyOf(use)) ?? examineImage(pipeline, use);
    known.set(keyOf(use), examined);
    return { ...(await examined), use };
  };
}

/** How the images of a build are examined. */
export interface ExamineOptions {
  /** The builder's version, where it is known. */
  readonly buildkit?: string | null;
  /** Left out: each by itself. */
  readonly examine?: ExamineImage;
}

/** Examines images under the user's own source policy too. */
export async function examineUses(
  pipeline: Pipeline,
  uses: readonly ImageUse[],
  userPolicy: UserPolicy | null,
  examine: ExamineImage = examineImage,
): Promise<readonly JudgedImage[]> {
  const { progress, done } = countedProgress(pipeline.session.progress, uses.length);
  const counting = { ...pipeline, session: { ...pipeline.session, progress } };
  return await Promise.all(
    uses.map(async (use) => {
      const examined = settlePlatforms(pipeline, await examine(counting, use));
      done(use.name);
      const denied = isDeniedByUser(userPolicy, use.name, examined.resolved?.root.digest ?? null);
      return denied && userPolicy !== null
        ? { ...examined, decision: deniedByUser(examined.decision, userPolicy) }
        : examined;
    }),
  );
}

/**
 * Scans and examines in turns until nothing new appears: a base's ONBUILD triggers name further images (docs/architecture.md).
 * Bounded at 8 rounds; what a ninth would find the builder denies.
 */
export async function examineBuild(
  pipeline: Pipeline,
  loaded: readonly LoadedTarget[],
  defaultPlatform: string,
  userPolicy: UserPolicy | null,
  { buildkit = null, examine = examineImage }: ExamineOptions = {},
): Promise<ExaminedBuild> {
  const known = new Map<string, JudgedImage>();
  const scanWith = (triggers: Parameters<typeof scanTargets>[2]): ScanResult =>
    scanTargets(loaded, defaultPlatform, triggers, buildkit);
  let scan = scanWith(new Map());
  for (let round = 1; ; round += 1) {
    const uses = withConversions(scan.images, userPolicy);
    const fresh = uses.filter((use) => !known.has(keyOf(use)));
    // each round needs the triggers that the one before found
    // oxlint-disable-next-line no-await-in-loop
    for (const image of await examineUses(pipeline, fresh, userPolicy, examine)) known.set(keyOf(image.use), image);
    const triggers = triggersOf(known.values());
    const next = triggers.size === 0 || round >= mostRounds ? scan : scanWith(triggers);
    const settled = withConversions(next.images, userPolicy).every((use) => known.has(keyOf(use)));
    scan = next;
    if (settled) break;
  }
  const used = withConversions(scan.images, userPolicy);
  // uses may have grown since an image was examined, when a trigger names it too
  const images = used.flatMap((use) => {
    const examined = known.get(keyOf(use));
    return examined === undefined ? [] : [{ ...examined, use }];
  });
  const targets = loaded.map(({ target }) => target);
  const layouts = await examineLayouts(pipeline, targets, defaultPlatform, scan.replacements);
  const replacements = scan.replacements.filter((replacement) => !isLayout(replacement));
  return { scan: { ...scan, replacements }, images, layouts };
}
