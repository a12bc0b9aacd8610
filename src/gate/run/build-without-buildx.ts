import { legacyDocker, readUserPolicy, runLegacyBuild } from '../../builder/index.ts';
import { isRefusal, type VerifyError } from '../../model/index.ts';
import { assembleReport } from '../examine/assemble-report.ts';
import { examineBuild } from '../examine/examine-build.ts';
import { loadTargets, reportTargets } from '../scan/scan-targets.ts';
import { machinePlatform } from '../session/default-platform.ts';
import { localEngine } from '../session/local-engine.ts';
import { openPipeline } from '../session/pipeline.ts';
import { projectFolderOf } from '../session/project-folder.ts';
import { openRegistries } from '../session/registries.ts';
import type { BuildPlan } from './build-plan.ts';
import type { BuildEnd, BuildRequest } from './build-request.ts';

/**
 * A build on a machine without buildx, where plain `docker build` takes Docker's old builder: its images are looked at and judged, and
 * nothing can hold the builder to them. So not where a policy enforces anything, or BuildKit's own source policy is to be obeyed; an image
 * that is refused is refused here as well.
 * @throws VerifyError `missing` there, and where plain Docker would not build either
 */
export async function buildWithoutBuildx(
  request: BuildRequest,
  plan: BuildPlan,
  missing: VerifyError,
): Promise<BuildEnd> {
  const { session, input, interruptions, intercepted, before } = request;
  const { environment } = session;
  const docker = await legacyDocker(environment);
  if (docker === null || intercepted || before.length > 0) throw missing;
  const local = localEngine(session);
  const loaded = await loadTargets(plan.targets, { session, input, network: true });
  const registries = openRegistries(session, local, request.heldTo);
  const options = { projectFrom: request.projectFrom ?? projectFolderOf(plan, environment), localImages: true };
  try {
    const pipeline = await openPipeline(session, options, local, registries);
    const userPolicy = await readUserPolicy(environment);
    if (pipeline.policies.sideMode === 'enforce' || userPolicy !== null) throw missing;
    const platform = machinePlatform(environment);
    const { images, layouts, scan } = await examineBuild(pipeline, loaded, platform, null, { buildkit: null });
    const parts = { targets: reportTargets(loaded, platform), scan, unknownAs: null, build: null };
    const report = assembleReport(pipeline, { ...parts, images: [...images, ...layouts], others: [] });
    request.onVerified(report);
    if (isRefusal(report.verdict)) return { status: null, report, auditFailure: null, audited: false };
    session.warn(
      `${missing.message}, so Docker's old builder runs, which nothing holds to what was looked at (${missing.hint ?? ''})`,
    );
    const { args, stdin } = plan;
    const status = await runLegacyBuild({ docker, environment, args, stdin, interruptions });
    return { status, report, auditFailure: null, audited: false };
  } finally {
    await registries.close();
  }
}
