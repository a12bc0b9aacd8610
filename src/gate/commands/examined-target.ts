import { readUserPolicy } from '../../builder/index.ts';
import { parseBuildArguments } from '../../invocation/index.ts';
import type { Unknown } from '../../model/index.ts';
import { examineBuild } from '../examine/examine-build.ts';
import type { ExaminedImage } from '../examine/examined-image.ts';
import { loadTargets } from '../scan/scan-targets.ts';
import { machinePlatform } from '../session/default-platform.ts';
import { openPipeline, type Pipeline, type PipelineOptions } from '../session/pipeline.ts';
import { projectFolderOf } from '../session/project-folder.ts';
import type { Session } from '../session/session.ts';
import type { StandardInput } from '../session/standard-input.ts';

/** Images that a path uses, examined; the pipeline is still open. */
export interface ExaminedPath {
  readonly pipeline: Pipeline;
  readonly images: readonly ExaminedImage[];
  readonly unknown: readonly Unknown[];
}

/**
 * Examines what a path uses. The caller closes the pipeline.
 * @param unlocked the images of which it is asked what their tags stand for, although they are locked
 * @throws VerifyError `usage.*`, `dockerfile.*`, `policy.*`, …
 */
export async function examinePath(
  session: Session,
  args: readonly string[],
  input: StandardInput,
  unlocked: NonNullable<PipelineOptions['unlocked']> = new Set(),
): Promise<ExaminedPath> {
  const { environment } = session;
  const { targets } = parseBuildArguments(args, environment).invocation;
  const pipeline = await openPipeline(session, {
    projectFrom: projectFolderOf(targets, environment),
    localImages: false,
    unlocked,
  });
  try {
    const loaded = await loadTargets(targets, { session, input, network: true });
    const { scan, images } = await examineBuild(
      pipeline,
      loaded,
      machinePlatform(environment),
      await readUserPolicy(environment),
    );
    return { pipeline, images, unknown: scan.unknown };
  } catch (error) {
    await pipeline.close();
    throw error;
  }
}
