import type { BuildInput } from '../../../lineage/index.ts';
import type { CanonicalName, Digest, ImageUse, LineageLink, Status } from '../../../model/index.ts';
import { judgeGathered } from '../../examine/examination/examine-image.ts';
import { gatherImage } from '../../examine/gather/gather-image.ts';
import { traceImage } from '../../examine/judge/image-lineage.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';
import { eachImage } from './each-image.ts';

/** An image with its chains of bases, one for each platform. */
export interface TracedImage {
  readonly name: CanonicalName;
  readonly digest: Digest | null;
  readonly status: Status;
  readonly platforms: readonly string[];
  readonly lineage: readonly LineageLink[];
  /** Builder-only stages, frontends and SBOM scanners: they helped to build, they are not below. */
  readonly inputs: readonly BuildInput[];
}

async function trace(pipeline: Pipeline, use: ImageUse): Promise<TracedImage> {
  const gathered = await gatherImage(pipeline, use, { everything: true });
  if (gathered.resolution.kind === 'unresolved') throw gathered.resolution.failure;
  const lineage = await traceImage(pipeline, gathered);
  const { decision } = await judgeGathered(pipeline, gathered, lineage?.links ?? null);
  const { image } = gathered.resolution;
  return {
    name: use.name,
    digest: image.root.digest,
    status: decision.status,
    platforms: image.platforms.map(({ platform }) => platform),
    lineage: lineage?.links ?? [],
    inputs: lineage?.inputs ?? [],
  };
}

/**
 * The chain of bases down to scratch of the images named, or of every image that a path uses.
 * @throws VerifyError `usage.*`, `dockerfile.*`; also where an image cannot be looked up
 */
export async function lineage(
  session: Session,
  args: readonly string[],
  input: StandardInput,
): Promise<readonly TracedImage[]> {
  return await eachImage(session, args, input, 'lineage', trace);
}
