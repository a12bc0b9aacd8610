import { readUserPolicy } from '../../../builder/index.ts';
import { definitionArguments, parseBuildArguments } from '../../../invocation/index.ts';
import type { BuildInvocation, ImageUse, Report } from '../../../model/index.ts';
import { checkLoaded } from '../../examine/examination/check-loaded.ts';
import { examineUses } from '../../examine/examination/examine-build.ts';
import { assembleReport } from '../../examine/judge/assemble-report.ts';
import { bakeTargets } from '../../run/plan/bake-plan.ts';
import { programsFor } from '../../run/plan/builder-readiness.ts';
import { loadTargets, scanTargets } from '../../scan/scan-targets.ts';
import { machinePlatform } from '../../session/default-platform.ts';
import { projectFolderOf } from '../../session/project-folder.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';
import { withPipeline } from '../../session/with-pipeline.ts';
import { imageOperands, readOperands } from './operands.ts';

/** Judges images by the policies of the current folder and those above it, as `check IMAGE…` does; `isLogged` tells the machine's log. */
export async function checkImages(
  session: Session,
  uses: readonly ImageUse[],
  { isLogged = false }: { readonly isLogged?: boolean } = {},
): Promise<Report> {
  const options = { projectFrom: session.environment.workingDirectory, localImages: true, ahead: uses };
  return await withPipeline(session, options, async (pipeline) => {
    const images = await examineUses(pipeline, uses, null);
    const scan = { cacheImports: [], unknown: [], replacements: [] };
    const report = assembleReport(pipeline, { targets: [], scan, images, unknownAs: null, others: [], build: null });
    if (isLogged) await pipeline.verdicts.note('check', report);
    return report;
  });
}

/** What is checked of a command line. */
type Checked = Pick<BuildInvocation, 'verb' | 'targets'>;

async function checkTargets(session: Session, invocation: Checked, input: StandardInput): Promise<Report> {
  const { environment } = session;
  const { targets } = invocation;
  const defaultPlatform = machinePlatform(environment);
  const [loaded, userPolicy] = await Promise.all([
    loadTargets(targets, { session, input, network: true }),
    readUserPolicy(environment),
  ]);
  const ahead = scanTargets(loaded, defaultPlatform, new Map()).images;
  const options = { projectFrom: projectFolderOf(invocation, environment), localImages: true, ahead };
  return await withPipeline(session, options, async (pipeline) => {
    const report = await checkLoaded(pipeline, loaded, defaultPlatform, userPolicy);
    await pipeline.verdicts.note('check', report);
    return report;
  });
}

/**
 * All of a build but the build itself, for one path, for the targets of bake and compose files, or for images.
 * @throws VerifyError `usage.*`, `dockerfile.*`, `policy.*`, …; what is wrong with an image is in the report
 */
export async function check(session: Session, args: readonly string[], input: StandardInput): Promise<Report> {
  const definition = definitionArguments(args);
  if (definition !== null) {
    const programs = await programsFor(session);
    const targets = await bakeTargets(definition, { session, input, intercepted: false }, programs);
    return await checkTargets(session, { verb: 'bake', targets }, input);
  }
  const operands = readOperands(args, session.environment.workingDirectory);
  if (operands.kind === 'images')
    return await checkImages(session, imageOperands(operands.names, args, session), { isLogged: true });
  const { invocation } = parseBuildArguments(args, session.environment);
  return await checkTargets(session, invocation, input);
}
