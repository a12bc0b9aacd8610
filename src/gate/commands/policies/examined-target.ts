import { readUserPolicy } from '../../../builder/index.ts';
import { parseBuildArguments } from '../../../invocation/index.ts';
import type { Unknown } from '../../../model/index.ts';
import { examineBuild } from '../../examine/examination/examine-build.ts';
import type { JudgedImage } from '../../examine/judge/judged-image.ts';
import { loadTargets } from '../../scan/scan-targets.ts';
import { machinePlatform } from '../../session/default-platform.ts';
import type { Pipeline, PipelineOptions } from '../../session/pipeline.ts';
import { projectFolderOf } from '../../session/project-folder.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';
import { withPipeline } from '../../session/with-pipeline.ts';

/** Images that a path uses, examined. */
export interface ExaminedPath {
  readonly pipeline: Pipeline;
  readonly images: readonly JudgedImage[];
  readonly unknown: readonly Unknown[];
}

/** A path as a command line names it. */
export interface PathRequest {
  readonly args: readonly string[];
  readonly input: StandardInput;
  /** The images of which it is asked what their tags stand for, although they are locked; left out: none. */
  readonly unlocked?: NonNullable<PipelineOptions['unlocked']>;
}

/**
 * Examines what a path uses, and works with that while its pipeline is open.
 * @throws VerifyError `usage.*`, `dockerfile.*`, `policy.*`, …
 */
export async function withExaminedPath<Result>(
  session: Session,
  { args, input, unlocked = new Set() }: PathRequest,
  work: (examined: ExaminedPath) => Promise<Result>,
): Promise<Result> {
  const { environment } = session;
  const { invocation } = parseBuildArguments(args, environment);
  const { targets } = invocation;
  const options = { projectFrom: projectFolderOf(invocation, environment), localImages: false, unlocked };
  return await withPipeline(session, options, async (pipeline) => {
    const loaded = await loadTargets(targets, { session, input, network: true });
    const userPolicy = await readUserPolicy(environment);
    const { scan, images } = await examineBuild(pipeline, loaded, machinePlatform(environment), userPolicy);
    return await work({ pipeline, images, unknown: scan.unknown });
  });
}
