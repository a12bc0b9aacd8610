import { type ImageUse, isDigest, isRefusal, type LineageLink, type ResolvedImage } from '../../../model/index.ts';
import { isUnseen } from '../../../oci/index.ts';
import { decide } from '../../../policy/index.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import type { GatherOptions } from '../gather/collect-options.ts';
import { decideFailure, decideInput, type GatheredImage, gatherImage } from '../gather/gather-image.ts';
import { needsLineage, traceImage } from '../judge/image-lineage.ts';
import type { JudgedImage } from '../judge/judged-image.ts';

/** The digest of a local image that Docker would take instead of what the registry has, null where there is none. */
async function localShadow(pipeline: Pipeline, image: ResolvedImage): Promise<ResolvedImage['root']['digest'] | null> {
  try {
    const local = await (await pipeline.local.engine()).inspectImage(image.name);
    if (local === null) return null;
    const known = new Set([image.root.digest, ...image.children.map(({ digest }) => digest)]);
    const digests = [local.digest, ...local.repoDigests.map((reference) => reference.split('@')[1])].filter(isDigest);
    if (digests.some((digest) => known.has(digest))) return null;
    return digests[0] ?? (isDigest(local.id) ? local.id : null);
  } catch {
    return null; // no daemon, so no local store that could stand in the way
  }
}

/** Decides upon a gathered image, with its chain of bases where that is known. */
export async function judgeGathered(
  pipeline: Pipeline,
  gathered: GatheredImage,
  lineage: readonly LineageLink[] | null,
): Promise<JudgedImage> {
  const { use, resolution, evidence, collected } = gathered;
  const unseen = collected.problems.filter(isUnseen);
  const examined = { use, evidence, unsigned: collected.unsigned, unseen, lineage: lineage ?? [] };
  if (resolution.kind === 'unresolved') {
    const { failure, heldTo = null } = resolution;
    const decision = decideFailure(pipeline, use, failure);
    return { ...examined, resolved: heldTo, client: null, failure, decision };
  }
  const { image, client, failure } = resolution;
  const input = decideInput(pipeline, gathered, resolution, lineage);
  const decision = decide(input, pipeline.policies);
  // a locked image is built from the locked digest, even where its tag stands for another one here
  const standsAlone = ['local', 'layout', 'lock'].includes(image.source) || !pipeline.localImages;
  const settled = decision.verified || decision.basis === 'lock' || standsAlone;
  const shadow = settled ? null : await localShadow(pipeline, image);
  const last =
    shadow === null
      ? decision
      : decide({ ...input, image: { ...input.image, localShadow: shadow } }, pipeline.policies);
  return { ...examined, resolved: image, client, failure, decision: last };
}

async function examineOnce(pipeline: Pipeline, use: ImageUse, { everything }: GatherOptions): Promise<JudgedImage> {
  const wantsLineage = needsLineage(pipeline.policies);
  const gathered = await gatherImage(pipeline, use, { everything: everything || wantsLineage });
  const lineage = wantsLineage ? await traceImage(pipeline, gathered) : null;
  return await judgeGathered(pipeline, gathered, lineage?.links ?? null);
}

/**
 * Whether a refusal may rest on a listing that is minutes old: a signature may have been added since. That nothing is attached is never
 * kept, so only what was found can be old.
 */
function mayBeOutdated({ session }: Pipeline, { decision, evidence }: JudgedImage): boolean {
  return isRefusal(decision.status) && evidence.length > 0 && !session.own.offline && !session.own.refresh;
}

/** Resolves, collects, verifies and decides one image. Errors are part of its decision. */
export async function examineImage(
  pipeline: Pipeline,
  use: ImageUse,
  asked: GatherOptions = { everything: false },
): Promise<JudgedImage> {
  const examined = await examineOnce(pipeline, use, asked);
  if (!mayBeOutdated(pipeline, examined)) return examined;
  return await examineOnce({ ...pipeline, registries: pipeline.registries.fresh() }, use, asked);
}
