import { type Programs, readUserPolicy, type UserPolicy } from '../../../builder/index.ts';
import { isVerifyError } from '../../../model/index.ts';
import { buildWithoutBuildx } from '../../run/build/build-without-buildx.ts';
import { type EarlyStart, startEarly } from '../../run/build/early-start.ts';
import { judgeBuild, pipelineOptionsFor } from '../../run/build/judge-build.ts';
import { runUntilSettled } from '../../run/build/run-until-settled.ts';
import { planBake } from '../../run/plan/bake-plan.ts';
import { type BuildPlan, planBuild } from '../../run/plan/build-plan.ts';
import type { BuildEnd, BuildRequest } from '../../run/plan/build-request.ts';
import { programsFor, type ReadyBuilder, readyBuilder } from '../../run/plan/builder-readiness.ts';
import { type LoadedTarget, loadTargets, scanTargets, sourcePins } from '../../scan/scan-targets.ts';
import { machinePlatform } from '../../session/default-platform.ts';
import { localEngine } from '../../session/local-engine.ts';
import { openPipeline, type Pipeline } from '../../session/pipeline.ts';
import { lookAhead, openRegistries, type Registries } from '../../session/registries.ts';

interface Prepared {
  readonly pipeline: Pipeline;
  readonly loaded: readonly LoadedTarget[];
  readonly userPolicy: UserPolicy | null;
  readonly builder: ReadyBuilder;
  readonly early: EarlyStart;
}

async function prepare(request: BuildRequest, plan: BuildPlan, programs: Programs): Promise<Prepared> {
  const { session, input, intercepted } = request;
  const { environment } = session;
  const local = localEngine(session);
  const everyNode = plan.targets.some(({ platforms }) => platforms.length > 0);
  const ready = readyBuilder({ session, programs, local, named: plan.builder, intercepted, everyNode });
  // an error in the Dockerfile or a policy is reported first, even while the builder is still being asked
  ready.catch(() => undefined);
  const early = startEarly({ request, plan, programs, builder: ready });
  let registries: Registries | null = null;
  try {
    const loaded = await loadTargets(plan.targets, { session, input, network: true });
    registries = openRegistries(session, local, request.heldTo);
    lookAhead(registries, scanTargets(loaded, machinePlatform(environment), new Map()).images);
    const [pipeline, userPolicy] = await Promise.all([
      openPipeline(session, pipelineOptionsFor(request, plan), local, registries),
      readUserPolicy(environment),
    ]);
    const builder = await ready;
    const localImages = builder.info.driver === 'docker';
    return { pipeline: { ...pipeline, localImages }, loaded, userPolicy, builder, early };
  } catch (error) {
    early.abandon();
    await registries?.close();
    throw error;
  }
}

/** Enforce refuses a builder that would not obey, or of which that is not known; warn says so and goes on. */
function admitBuilder({ pipeline, builder }: Prepared): void {
  const { unenforceable, unproven } = builder;
  const problem = unenforceable ?? unproven;
  if (problem === null) return;
  if (pipeline.policies.sideMode === 'enforce') throw problem;
  const meaning = unenforceable === null ? 'whether the builder enforces anything is not known' : 'nothing is enforced';
  pipeline.session.warn(`${meaning}: ${problem.message} (${problem.hint ?? 'choose another builder'})`);
}

/** The BuildKit whose own frontend reads a Dockerfile that names none; null where nodes differ, or do not say. */
function buildkitOf({ info }: ReadyBuilder): string | null {
  const [version = null, ...others] = new Set(info.nodes.map(({ buildkitVersion }) => buildkitVersion));
  return others.length === 0 ? version : null;
}

async function verifyAndRun(request: BuildRequest, plan: BuildPlan, programs: Programs): Promise<BuildEnd> {
  const prepared = await prepare(request, plan, programs);
  const { pipeline, loaded, userPolicy, builder, early } = prepared;
  try {
    admitBuilder(prepared);
    const platform = builder.info.platform || machinePlatform(request.session.environment);
    const buildkit = buildkitOf(builder);
    const judged = await judgeBuild(pipeline, { request, plan, loaded, userPolicy, platform, buildkit });
    const { images, layouts, parts, refusal } = judged;
    if (refusal !== null) return refusal;
    const run = {
      request,
      plan,
      loaded,
      programs,
      pipeline,
      builder,
      userPolicy,
      platform,
      parts,
      layouts,
      sources: sourcePins(loaded),
      others: [],
    };
    await plan.settled;
    const end = await runUntilSettled(run, images, early);
    await pipeline.verdicts.note(plan.verb, end.report);
    if (end.auditFailure !== null) await pipeline.verdicts.noteAudit(plan.verb, end.report, end.auditFailure);
    return end;
  } finally {
    early.abandon();
    await pipeline.close();
  }
}

/**
 * `docker build` with every image verified, pinned and audited.
 * @throws VerifyError for whatever keeps it from being started
 */
export async function build(request: BuildRequest, args: readonly string[]): Promise<BuildEnd> {
  const { environment } = request.session;
  const [plan, programs] = await Promise.all([
    planBuild(args, environment, request.input),
    programsFor(request.session).catch((error: unknown) => {
      if (isVerifyError(error, 'builder.unavailable')) return error;
      throw error;
    }),
  ]);
  if (programs instanceof Error) return await buildWithoutBuildx(request, plan, programs);
  return await verifyAndRun(request, plan, programs);
}

/**
 * `docker bake` likewise: all targets are verified before any starts. Null where the arguments build nothing and are buildx's alone.
 * @throws VerifyError for whatever keeps it from being started
 */
export async function bake(request: BuildRequest, args: readonly string[]): Promise<BuildEnd | null> {
  const programs = await programsFor(request.session);
  const plan = await planBake(args, request, programs);
  return plan === null ? null : await verifyAndRun(request, plan, programs);
}
