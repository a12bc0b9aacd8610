import { check, checkRecursive, isRefusal, type Report, standardInput, withDefaultPath } from '../../gate/index.ts';
import { checkFormats, renderReport } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatusOfError, exitStatusOfVerdict } from '../exit-status.ts';
import { formatOf, readArguments } from '../read-arguments.ts';
import { writeResult } from '../write-result.ts';

/** The status for a report: of a survey the highest of all, so that a file that cannot be read hides no more than it has to. */
function exitStatusOf({ verdict, files = [] }: Report): number {
  const problems = files.flatMap(({ problem }) => (problem === null ? [] : [exitStatusOfError(problem.code)]));
  return Math.max(exitStatusOfVerdict(verdict), ...problems);
}

/** `docker verify check`: the result, in any format, goes to standard output or `--output`. */
export const checkCommand: Command = async (context, args) => {
  const { own, given, rest } = await readArguments(context, args);
  const { session, progress, finish } = openSession(context, own, 'looking at what the build uses');
  const input = standardInput(process.stdin, context.environment);
  try {
    const report = given.isOn('recursive')
      ? await checkRecursive(session, rest, input)
      : await check(session, withDefaultPath(rest), input);
    progress.stop();
    const isRefused = isRefusal(report.verdict);
    const isSilent = own.quiet && own.format === 'text' && !isRefused;
    await writeResult(
      context,
      own,
      (format, layout) => renderReport(report, formatOf(format, checkFormats), layout),
      isSilent,
    );
    await finish();
    return exitStatusOf(report);
  } finally {
    progress.stop();
    await input.dispose();
  }
};
