import {
  asksForHelp,
  asksForQuiet,
  type BuildEnd,
  type BuildRequest,
  bake,
  build,
  builderVerb,
  type OwnOptions,
  type Report,
  refuseUnwritable,
  splitOwnOptions,
  standardInput,
  VerifyError,
} from '../../gate/index.ts';
import { renderReport, visibleDocument } from '../../report/index.ts';
import { type Command, type CommandContext, layoutFor, openSession } from '../command-context.ts';
import { exitStatus, exitStatusOfVerdict } from '../exit-status.ts';
import { ownOptionsHelp } from '../own-options-help.ts';
import { chooseFormat, reportFormats } from '../refuse-format.ts';
import { errorTerminal, say, writeError } from '../streams.ts';
import { writeResult } from '../write-result.ts';

/** Whatever is wrong with where the report should go is said before the build, not after it. */
async function refuseBadOutput(own: OwnOptions): Promise<void> {
  if (own.output !== null) return await refuseUnwritable(own.output);
  if (own.format === 'text') return;
  throw new VerifyError(
    'usage.invalid',
    `--verify-format ${own.format} needs a file: standard output is Docker's alone`,
    {
      hint: `add --verify-output report.${own.format}`,
    },
  );
}

function isRefused(report: Report): boolean {
  return report.verdict === 'block' || report.verdict === 'error';
}

/** Tells the verdict on standard error: nothing but a refusal where Docker was told to be quiet. */
function reporter(context: CommandContext, own: OwnOptions, before: () => void): (report: Report) => void {
  return (report) => {
    before();
    if (own.quiet && !isRefused(report)) return;
    writeError(renderReport(report, 'text', layoutFor(errorTerminal(), own, context.environment)));
  };
}

function statusOf(end: BuildEnd): number {
  if (end.status === null) return exitStatusOfVerdict(end.report.verdict);
  return end.auditFailure === null ? end.status : exitStatus.unverifiedUsed;
}

type Runner = (request: BuildRequest, args: readonly string[]) => Promise<BuildEnd | null>;

async function run(
  context: CommandContext,
  verb: 'build' | 'bake',
  args: readonly string[],
  runner: Runner,
  before: readonly string[] = [],
): Promise<number> {
  const { own: given, rest } = splitOwnOptions(args, false, verb);
  const format = chooseFormat(given, verb, reportFormats);
  await refuseBadOutput(given);
  const own = { ...given, quiet: given.quiet || asksForQuiet(verb, rest, context.environment) };
  const { session, progress } = openSession(context, own, 'looking at what the build uses');
  const input = standardInput(process.stdin, context.environment);
  const told: Report[] = [];
  const tell = reporter(context, own, () => progress.stop());
  const onVerified = (report: Report): void => {
    told.push(report);
    tell(report);
  };
  const remark = (text: string): void => {
    if (!own.quiet) say(`docker verify: ${text}`);
  };
  const onDenied = (name: string): void =>
    remark(`the builder denied ${name}, which could not be foreseen; it is verified now`);
  const onRestart = (report: Report): void => {
    tell(report);
    remark('the build starts again');
  };
  const { intercepted, watch } = context;
  const { interruptions } = watch;
  try {
    const request = { session, input, interruptions, intercepted, before, onVerified, onDenied, onRestart };
    const end = await runner(request, rest);
    if (end === null) return await builderVerb(session, [verb, ...rest], interruptions, intercepted);
    if (end.status === null && !told.includes(end.report)) tell(end.report);
    if (end.auditFailure !== null) say(`docker verify: ${end.auditFailure}`);
    if (own.output !== null)
      await writeResult(renderReport(end.report, format, { color: false, width: null }), own.output);
    return statusOf(end);
  } finally {
    progress.stop();
    await input.dispose();
  }
}

/** Help of a verb is buildx's own, with our options after it. */
async function help(context: CommandContext, verb: 'build' | 'bake', args: readonly string[]): Promise<number> {
  const { own, rest } = splitOwnOptions(args, false, verb);
  const { session } = openSession(context, own, null);
  const status = await builderVerb(session, [verb, ...rest], context.watch.interruptions, context.intercepted);
  await writeResult(visibleDocument(`\n${ownOptionsHelp()}`), null);
  return status;
}

/** `docker verify build`. */
export const buildCommand: Command = async (context, args) =>
  asksForHelp(args, 'build') ? await help(context, 'build', args) : await run(context, 'build', args, build);

/** `docker verify bake`. */
export const bakeCommand: Command = async (context, args) =>
  asksForHelp(args, 'bake') ? await help(context, 'bake', args) : await run(context, 'bake', args, bake);

/** `docker verify debug build`: the same, run by buildx's debugger, `before` being `debug` and its options. */
export async function debugBuild(
  context: CommandContext,
  before: readonly string[],
  args: readonly string[],
): Promise<number> {
  return await run(context, 'build', args, build, before);
}
