import { readUserPolicy } from '../../../builder/index.ts';
import { parseBuildArguments } from '../../../invocation/index.ts';
import { type ImageUse, isVerifyError, restated, VerifyError } from '../../../model/index.ts';
import { examineBuild } from '../../examine/examination/examine-build.ts';
import { loadTargets } from '../../scan/scan-targets.ts';
import { machinePlatform } from '../../session/default-platform.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import { projectFolderOf } from '../../session/project-folder.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';
import { withPipeline } from '../../session/with-pipeline.ts';
import { imageOperands, readOperands } from './operands.ts';

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

/** An error that says which of several images it is about. */
function about({ name }: ImageUse, error: unknown): unknown {
  if (!isVerifyError(error) || error.message.includes(name)) return error;
  return restated(error, { message: `${name}: ${error.message}` });
}

/**
 * Visits the images that a command line names, or every image that its path uses, all at once.
 * @throws VerifyError `usage.*`, `dockerfile.*`, and whatever a visit throws
 */
export async function eachImage<Result>(
  session: Session,
  args: readonly string[],
  input: StandardInput,
  command: string,
  visit: (pipeline: Pipeline, use: ImageUse) => Promise<Result>,
): Promise<readonly Result[]> {
  const { environment } = session;
  const operands = readOperands(args, environment.workingDirectory);
  if (operands.kind === 'nothing') {
    throw new VerifyError('usage.invalid', 'a path or an image is missing', {
      hint: `docker verify ${command} IMAGE, or . for this folder`,
    });
  }
  const invocation = operands.kind === 'path' ? parseBuildArguments(args, environment).invocation : null;
  const projectFrom = invocation === null ? environment.workingDirectory : projectFolderOf(invocation, environment);
  return await withPipeline(
    session,
    {
      projectFrom,
      localImages: false,
      // a build uses the locked digest; for an image that is named on the command line the question is what its tag stands for now
      ...(operands.kind === 'path' ? {} : { unlocked: 'all' }),
    },
    async (pipeline) => {
      const uses =
        operands.kind === 'path'
          ? await usesOf(pipeline, await loadTargets(invocation?.targets ?? [], { session, input, network: true }))
          : imageOperands(operands.names, args, session);
      return await Promise.all(
        uses.map(async (use) => {
          try {
            return await visit(pipeline, use);
          } catch (error) {
            throw uses.length > 1 ? about(use, error) : error;
          }
        }),
      );
    },
  );
}
