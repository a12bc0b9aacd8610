import {
  type BuilderChoice,
  type BuildxCommand,
  chooseBuilder,
  type HeldBuildx,
  holdBuildx,
  isAtLeast,
  keptBuildxVersion,
  openFactCache,
  type Programs,
} from '../../../builder/index.ts';
import { isVerifyError } from '../../../model/index.ts';
import type { LocalEngine } from '../../session/local-engine.ts';
import { cacheFolder } from '../../session/session.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { BuildRequest } from '../plan/build-request.ts';

/** How buildx is to be run, but for what the verdict says. */
export function buildxCommand(
  request: BuildRequest,
  plan: BuildPlan,
  programs: Programs,
  { variable }: Pick<BuilderChoice, 'variable'>,
): BuildxCommand {
  return {
    programs,
    environment: request.session.environment,
    verb: plan.verb,
    before: request.before,
    args: plan.args,
    definition: plan.definition,
    variables: plan.variables,
    builder: variable,
    metadataFile: plan.metadataFile,
    fresh: request.session.own.fresh,
    stdin: plan.stdin,
    interruptions: request.interruptions,
  };
}

// What buildx says of these comes before it reads its policy, and would stand above the verdict.
const talkative = /^--(?:cgroup-parent|compress|isolation|memory|pull|security-opt|shm-size|squash|ulimit)/;

/** Whether all that buildx looks at before its source policy is its own command line: an ordinary build of a folder on this machine. */
function isOrdinary({ before, heldTo }: BuildRequest, { verb, stdin, callOrCheck, args, targets }: BuildPlan): boolean {
  return (
    verb === 'build' &&
    before.length === 0 &&
    // what is rebuilt is in no hurry
    heldTo === undefined &&
    stdin === 'inherit' &&
    callOrCheck === null &&
    targets.every(({ context }) => context.kind === 'folder') &&
    !args.some((word) => talkative.test(word))
  );
}

/** A build that was started ahead of its verdict, if it could be. */
export interface EarlyStart {
  /** It, once; null where there is none. */
  take(): Promise<HeldBuildx | null>;
  /** Ends it where nobody took it. */
  abandon(): void;
}

/** What a build is started early with. */
export interface EarlyRequest {
  readonly request: BuildRequest;
  readonly plan: BuildPlan;
  readonly programs: Programs;
  readonly local: LocalEngine;
}

/** How buildx is to be run, where it is known to be one that reads a source policy; else null. */
async function knownCommand({ request, plan, programs, local }: EarlyRequest): Promise<BuildxCommand | null> {
  const { environment } = request.session;
  const cache = openFactCache(cacheFolder(request.session));
  const [version, { context }] = await Promise.all([keptBuildxVersion(programs, cache), local.endpoint()]);
  if (isAtLeast(version, 0, 11) !== true) return null;
  return buildxCommand(request, plan, programs, chooseBuilder(environment, plan.builder, context, request.intercepted));
}

/**
 * Starts buildx while the images are being verified: it takes as long to begin as all of that. It is held back until the verdict is known,
 * and ended where there is none that lets it go on.
 */
export function startEarly(early: EarlyRequest): EarlyStart {
  let isAbandoned = false;
  let held: HeldBuildx | null = null;
  const begin = async (): Promise<void> => {
    if (!isOrdinary(early.request, early.plan)) return;
    const known = knownCommand(early);
    // it fails where it is waited for, if it is
    known.catch(() => undefined);
    held = await holdBuildx(early.request.session.environment, async () => (isAbandoned ? null : await known));
    if (isAbandoned) held?.abandon();
  };
  const begun = begin().catch((error: unknown) => {
    // what keeps it from starting now is told where it would start then
    if (!isVerifyError(error)) throw error;
  });
  begun.catch(() => undefined);
  return {
    take: async () => {
      await begun;
      const taken = held;
      held = null;
      return taken;
    },
    abandon: () => {
      isAbandoned = true;
      held?.abandon();
    },
  };
}
