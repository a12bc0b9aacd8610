import { legacyDocker, readUserPolicy, runLegacyBuild } from '../../../builder/index.ts';
import type { VerifyError } from '../../../model/index.ts';
import { loadTargets, scanTargets } from '../../scan/scan-targets.ts';
import { machinePlatform } from '../../session/default-platform.ts';
import { withPipeline } from '../../session/with-pipeline.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { BuildEnd, BuildRequest } from '../plan/build-request.ts';
import { judgeBuild } from './judge-build.ts';
import { pipelineOptionsFor } from './opening.ts';

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
  const { session, input, interruptions, intercepted, before, heldTo } = request;
  const { environment } = session;
  const docker = await legacyDocker(environment);
  if (docker === null || intercepted || before.length > 0) throw missing;
  const platform = machinePlatform(environment);
  const loaded = await loadTargets(plan.targets, { session, input, network: true });
  const ahead = scanTargets(loaded, platform, new Map()).images;
  const options = { ...pipelineOptionsFor(request, plan), ahead, ...(heldTo === undefined ? {} : { heldTo }) };
  return await withPipeline(session, options, async (pipeline) => {
    const userPolicy = await readUserPolicy(environment);
    if (pipeline.policies.sideMode === 'enforce' || userPolicy !== null) throw missing;
    const judged = await judgeBuild(pipeline, { request, plan, loaded, userPolicy, platform, buildkit: null });
    const { report, refusal } = judged;
    if (refusal !== null) return refusal;
    session.warn(
      `${missing.message}, so Docker's old builder runs, which nothing holds to what was looked at (${missing.hint ?? ''})`,
    );
    const { args, stdin } = plan;
    const status = await runLegacyBuild({ docker, environment, args, stdin, interruptions });
    return { status, report, auditFailure: null, audited: false };
  });
}
