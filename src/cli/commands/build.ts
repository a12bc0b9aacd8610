import {
  asksForQuiet,
  type BuildEnd,
  type BuildRequest,
  bake,
  build,
  builderVerb,
  isRefusal,
  type OwnOptions,
  type Report,
  reportFormats,
} from '../../gate/index.ts';
import { renderReport } from '../../report/index.ts';
import { layoutFor } from '../command-context.ts';
import type { Command, CommandContext } from '../command-row.ts';
import { exitStatus, exitStatusOfVerdict } from '../exit-status.ts';
import type { ReadArguments } from '../read-arguments.ts';
import { annotate, renderFor } from '../render-for.ts';
import { type CommandRun, runCommand } from '../run-command.ts';
import { errorTerminal, say, writeError } from '../streams.ts';

/** Writes the verdict to standard error; with `--quiet` only a refusal. */
function reporter(context: CommandContext, own: OwnOptions, before: () => void): (report: Report) => void {
  return (report) => {
    before();
    if (own.quiet && !isRefusal(report.verdict)) return;
    writeError(renderReport(report, 'text', layoutFor(errorTerminal(), own, context.environment)));
    annotate(context, own, report);
  };
}

function statusOf(end: BuildEnd): number {
  if (end.status === null) return exitStatusOfVerdict(end.report.verdict);
  return end.auditFailure === null ? end.status : exitStatus.unverifiedUsed;
}

type Runner = (request: BuildRequest, args: readonly string[]) => Promise<BuildEnd | null>;

/** What a build says beside Docker's own output. */
function voiceOf({ context, own, progress }: CommandRun): Pick<BuildRequest, 'onVerified' | 'onDenied' | 'onRestart'> {
  const showReport = reporter(context, own, () => progress.stop());
  const remark = (text: string): void => {
    if (!own.quiet) say(`docker verify: ${text}`);
  };
  return {
    onVerified: showReport,
    onDenied: (name) => remark(`the builder denied ${name}, which could not be foreseen; it is verified now`),
    onRestart: (report) => {
      showReport(report);
      remark('the build starts again');
    },
  };
}

async function runBuild(run: CommandRun, verb: 'build' | 'bake', runner: Runner, before: readonly string[]) {
  const { session, input, rest, context } = run;
  const { intercepted, watch } = context;
  const { interruptions } = watch;
  const { onVerified, onDenied, onRestart } = voiceOf(run);
  const verified: Report[] = [];
  const onVerifiedOnce = (report: Report): void => {
    verified.push(report);
    onVerified(report);
  };
  const request = { session, input, interruptions, intercepted, before, onDenied, onRestart };
  const end = await runner({ ...request, onVerified: onVerifiedOnce }, rest);
  if (end === null) return await builderVerb(session, [verb, ...rest], interruptions, intercepted);
  if (end.status === null && !verified.includes(end.report)) onVerified(end.report);
  if (end.auditFailure !== null) say(`docker verify: ${end.auditFailure}`);
  const render = renderFor(context, end.report, reportFormats);
  await run.save(render);
  return statusOf(end);
}

async function buildWith(
  context: CommandContext,
  verb: 'build' | 'bake',
  args: readonly string[],
  runner: Runner,
  before: readonly string[] = [],
): Promise<number> {
  const settleOwn = ({ own, rest }: ReadArguments): OwnOptions => ({
    ...own,
    quiet: own.quiet || asksForQuiet(verb, rest, context.environment),
  });
  const options = { label: 'looking at what the build uses', settleOwn };
  return await runCommand(context, args, options, (run) => runBuild(run, verb, runner, before));
}

/** `docker verify build`. */
export const buildCommand: Command = async (context, args) => await buildWith(context, 'build', args, build);

/** `docker verify bake`. */
export const bakeCommand: Command = async (context, args) => await buildWith(context, 'bake', args, bake);

/** `docker verify debug build`: the same, run by buildx's debugger, `before` being `debug` and its options. */
export async function debugBuild(
  context: CommandContext,
  before: readonly string[],
  args: readonly string[],
): Promise<number> {
  return await buildWith(context, 'build', args, build, before);
}
