import { readUserPolicy } from '../../builder/index.ts';
import { parseBuildArguments } from '../../invocation/index.ts';
import { type ImageUse, type Unknown, VerifyError } from '../../model/index.ts';
import { examineBuild, examineUses } from '../examine/examine-build.ts';
import type { ExaminedImage } from '../examine/examined-image.ts';
import { loadTargets } from '../scan/scan-targets.ts';
import { machinePlatform } from '../session/default-platform.ts';
import { openPipeline, type Pipeline } from '../session/pipeline.ts';
import { projectFolderOf } from '../session/project-folder.ts';
import type { Session } from '../session/session.ts';
import type { StandardInput } from '../session/standard-input.ts';
import { imageOperands, readOperands } from './operands.ts';

/** Images of a path or of a command line, examined; the pipeline is still open. */
export interface ExaminedOperands {
  readonly pipeline: Pipeline;
  readonly images: readonly ExaminedImage[];
  readonly unknown: readonly Unknown[];
}

async function examinePath(session: Session, args: readonly string[], input: StandardInput): Promise<ExaminedOperands> {
  const { environment } = session;
  const { targets } = parseBuildArguments(args, environment).invocation;
  const pipeline = await openPipeline(session, {
    projectFrom: projectFolderOf(targets, environment),
    localImages: false,
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

async function examineNames(session: Session, uses: readonly ImageUse[]): Promise<ExaminedOperands> {
  const pipeline = await openPipeline(session, {
    projectFrom: session.environment.workingDirectory,
    localImages: false,
  });
  try {
    return { pipeline, images: await examineUses(pipeline, uses, null), unknown: [] };
  } catch (error) {
    await pipeline.close();
    throw error;
  }
}

/**
 * Examines what a command line names: one path, or images. The caller closes the pipeline.
 * @throws VerifyError `usage.*`, `dockerfile.*`, `policy.*`, …
 */
export async function examineOperands(
  session: Session,
  args: readonly string[],
  input: StandardInput,
): Promise<ExaminedOperands> {
  const operands = readOperands(args, session.environment.workingDirectory);
  switch (operands.kind) {
    case 'path':
      return await examinePath(session, args, input);
    case 'images':
      return await examineNames(session, imageOperands(operands.names, args, session));
    case 'nothing':
      throw new VerifyError('usage.invalid', 'a path or an image is missing', {
        hint: 'begin a path with ./ or /, or write . for this folder',
      });
  }
}
