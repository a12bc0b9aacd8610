import { readUserPolicy } from '../../builder/index.ts';
import { parseBuildArguments } from '../../invocation/index.ts';
import type { BuildInput } from '../../lineage/index.ts';
import {
  type CanonicalName,
  type Digest,
  type ImageUse,
  type LineageLink,
  type Status,
  VerifyError,
} from '../../model/index.ts';
import { examineBuild } from '../examine/examine-build.ts';
import { judgeGathered } from '../examine/examine-image.ts';
import { gatherImage } from '../examine/gather-image.ts';
import { traceImage } from '../examine/image-lineage.ts';
import { loadTargets } from '../scan/scan-targets.ts';
import { machinePlatform } from '../session/default-platform.ts';
import { openPipeline, type Pipeline } from '../session/pipeline.ts';
import { projectFolderOf } from '../session/project-folder.ts';
import type { Session } from '../session/session.ts';
import type { StandardInput } from '../session/standard-input.ts';
import { imageOperands, readOperands } from './operands.ts';

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
  const gathered = await gatherImage(pipeline, use, true);
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
  const { environment } = session;
  const operands = readOperands(args, session.environment.workingDirectory);
  if (operands.kind === 'nothing') {
    throw new VerifyError('usage.invalid', 'a path or an image is missing', {
      hint: 'docker verify lineage IMAGE, or . for this folder',
    });
  }
  const targets = operands.kind === 'path' ? parseBuildArguments(args, environment).invocation.targets : [];
  const projectFrom = operands.kind === 'path' ? projectFolderOf(targets, environment) : environment.workingDirectory;
  const pipeline = await openPipeline(session, { projectFrom, localImages: false });
  try {
    const uses =
      operands.kind === 'path'
        ? await usesOf(pipeline, await loadTargets(targets, { session, input, network: true }))
        : imageOperands(operands.names, args, session);
    return await Promise.all(uses.map((use) => trace(pipeline, use)));
  } finally {
    await pipeline.close();
  }
}

async function usesOf(
  pipeline: Pipeline,
  loaded: Awaited<ReturnType<typeof loadTargets>>,
): Promise<readonly ImageUse[]> {
  const { environment } = pipeline.session;
  const { images } = await examineBuild(
    pipeline,
    loaded,
    machinePlatform(environment),
    await readUserPolicy(environment),
  );
  return images.map(({ use }) => use);
}
