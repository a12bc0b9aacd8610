import { setTimeout as delay } from 'node:timers/promises';
import { type BuildxCommand, type HeldBuildx, holdBuildx, isCompiled, type Programs } from '../../../builder/index.ts';
import { isVerifyError } from '../../../model/index.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { BuildRequest } from '../plan/build-request.ts';
import type { ReadyBuilder } from '../plan/builder-readiness.ts';

/** How buildx is to be run, but for what the verdict says. */
export function buildxCommand(
  request: BuildRequest,
  plan: BuildPlan,
  programs: Programs,
  { variable }: ReadyBuilder,
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

// How long it is waited for, milliseconds: an engine of this machine has answered by then.
const patience = 20;

// Options that every buildx takes without a word until it has read its policy. What it says of any other one, that it does not know it or
// that its value is none, comes before that, and would stand above the verdict.
const silent =
  /^(?:--(?:add-host|allow|attest|build-arg|build-context|builder|cache-from|cache-to|file|force-rm|iidfile|label|load|metadata-file|network|no-cache|no-cache-filter|output|platform|progress|provenance|push|quiet|rm|sbom|secret|ssh|tag|target)(?:=|$)|-q*(?:[fot]|=|$))/;
// Nor does it take a label without a name, or a list that is no CSV.
const refusable = /^(?:--label=)?(?:=|$)|"/;

function isSilent(word: string): boolean {
  return !refusable.test(word) && (!word.startsWith('-') || silent.test(word));
}

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
    args.every(isSilent)
  );
}

/** A build that was started ahead of its verdict, if it could be. */
export interface EarlyStart {
  /** Waits until it is started, or will not be, but not for long. Never fails. */
  underWay(): Promise<void>;
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
  /** Until that is known nothing is started: another buildx may be asked about it. */
  readonly builder: Promise<ReadyBuilder>;
}

/**
 * How buildx is to be run, where it was known before that it and its builder obey; else null, for the verdict will be there as soon as that
 * is known. A script is never known: it may pass its policy on today and not tomorrow.
 */
async function commandFor({ request, plan, programs, builder }: EarlyRequest): Promise<BuildxCommand | null> {
  const ready = await builder;
  const obeys = ready.unenforceable === null && ready.unproven === null;
  const isKnown = obeys && ready.wasKnown && (await isCompiled(programs.buildx));
  return isKnown ? buildxCommand(request, plan, programs, ready) : null;
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
    const known = commandFor(early);
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
    underWay: async () => {
      const longest = new AbortController();
      await Promise.race([begun, delay(patience, undefined, { signal: longest.signal })]).catch(() => undefined);
      longest.abort();
    },
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
