import { type Programs, readUserPolicy, type UserPolicy } from '../../../builder/index.ts';
import { isVerifyError, steadyClock } from '../../../model/index.ts';
import { buildWithoutBuildx } from '../../run/build/build-without-buildx.ts';
import { type EarlyStart, startEarly } from '../../run/build/early-start.ts';
import { judgeBuild } from '../../run/build/judge-build.ts';
import { type Opening, openFor } from '../../run/build/opening.ts';
import { runUntilSettled } from '../../run/build/run-until-settled.ts';
import { planBake } from '../../run/plan/bake-plan.ts';
import { type BuildPlan, planBuild } from '../../run/plan/build-plan.ts';
import type { BuildEnd, BuildRequest } from '../../run/plan/build-request.ts';
import { programsFor, type ReadyBuilder, readyBuilder } from '../../run/plan/builder-readiness.ts';
import { type LoadedTarget, loadTargets, scanTargets, sourcePins } from '../../scan/scan-targets.ts';
import { machinePlatform } from '../../session/default-platform.ts';
import { localEngine } from '../../session/local-engine.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import { lookAhead } from '../../session/registries.ts';

interface Prepared {
  readonly pipeline: Pipeline;
  readonly loaded: readonly LoadedTarget[];
  readonly userPolicy: UserPolicy | null;
  readonly builder: ReadyBuilder;
  readonly early: EarlyStart;
}

interface BuildToRun {
  readonly request: BuildRequest;
  readonly plan: BuildPlan;
  readonly programs: Programs;
  /** What was opened while the plan was made; null where that did not take long. */
  readonly ahead: Opening | null;
}

async function prepare({ request, plan, programs, ahead }: BuildToRun): Promise<Prepared> {
  const { session, input, intercepted } = request;
  const { environment } = session;
  const local = ahead?.local ?? localEngine(session);
  const everyNode = plan.targets.some(({ platforms }) => platforms.length > 0);
  const ready = readyBuilder({ session, programs, local, named: plan.builder, intercepted, everyNode });
  // an error in the Dockerfile or a policy is reported first, even while the builder is still being asked
  ready.catch(() => undefined);
  const early = startEarly({ request, plan, programs, builder: ready });
  let opening = ahead;
  try {
    const loaded = await loadTargets(plan.targets, { session, input, network: true });
    opening ??= openFor(request, plan, local);
    lookAhead(opening.registries, scanTargets(loaded, machinePlatform(environment), new Map()).images);
    // before the policies, which keep this process busy for longer than that takes
    await early.underWay();
    // where the policies were read ahead, the time for verifying begins no earlier
    const ends = steadyClock() + session.own.timeout;
    const [pipeline, userPolicy] = await Promise.all([opening.pipeline(), readUserPolicy(environment)]);
    const builder = await ready;
    const localImages = builder.info.driver === 'docker';
    return { pipeline: { ...pipeline, ends, localImages }, loaded, userPolicy, builder, early };
  } catch (error) {
    early.abandon();
    await opening?.registries.close();
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

async function verifyAndRun(build: BuildToRun): Promise<BuildEnd> {
  const { request, plan, programs } = build;
  const prepared = await prepare(build);
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
  return await verifyAndRun({ request, plan, programs, ahead: null });
}

/** What a bake is verified with, opened while buildx works on its definition. */
function openAhead(request: BuildRequest): Opening {
  const opening = openFor(request, { verb: 'bake', targets: [] });
  // a mistake in the definition is reported first
  opening.pipeline().catch(() => undefined);
  return opening;
}

/**
 * `docker bake` likewise: all targets are verified before any starts. Null where the arguments build nothing and are buildx's alone.
 * @throws VerifyError for whatever keeps it from being started
 */
export async function bake(request: BuildRequest, args: readonly string[]): Promise<BuildEnd | null> {
  const programs = await programsFor(request.session);
  const ahead: { opening: Opening | null } = { opening: null };
  const meanwhile = (): void => {
    ahead.opening = openAhead(request);
  };
  try {
    const plan = await planBake(args, request, programs, meanwhile);
    return plan === null ? null : await verifyAndRun({ request, plan, programs, ahead: ahead.opening });
  } finally {
    await ahead.opening?.registries.close();
  }
}
