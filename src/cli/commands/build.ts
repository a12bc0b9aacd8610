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
  standardInput,
} from '../../gate/index.ts';
import { renderReport } from '../../report/index.ts';
import { layoutFor, openSession } from '../command-context.ts';
import type { Command, CommandContext } from '../command-row.ts';
import { exitStatus, exitStatusOfVerdict } from '../exit-status.ts';
import { formatOf, readArguments } from '../read-arguments.ts';
import { errorTerminal, say, writeError } from '../streams.ts';
import { inFile, type Render, writeReports, writeText } from '../write-result.ts';

/** Tells the verdict on standard error: nothing but a refusal where Docker was told to be quiet. */
function reporter(context: CommandContext, own: OwnOptions, before: () => void): (report: Report) => void {
  return (report) => {
    before();
    if (own.quiet && !isRefusal(report.verdict)) return;
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
  const { own: given, rest } = await readArguments(context, args);
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
    const render: Render = (format, layout) => renderReport(end.report, formatOf(format, reportFormats), layout);
    await writeReports(own, render);
    if (own.output !== null) await writeText(await render(own.format, inFile), own.output);
    return statusOf(end);
  } finally {
    progress.stop();
    await input.dispose();
  }
}

/** `docker verify build`. */
export const buildCommand: Command = async (context, args) => await run(context, 'build', args, build);

/** `docker verify bake`. */
export const bakeCommand: Command = async (context, args) => await run(context, 'bake', args, bake);

/** `docker verify debug build`: the same, run by buildx's debugger, `before` being `debug` and its options. */
export async function debugBuild(
  context: CommandContext,
  before: readonly string[],
  args: readonly string[],
): Promise<number> {
  return await run(context, 'build', args, build, before);
}
