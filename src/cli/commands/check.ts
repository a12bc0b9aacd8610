import { check, checkRecursive, isRefusal, type Report, withDefaultPath } from '../../gate/index.ts';
import { checkFormats } from '../../report/index.ts';
import { exitStatusOfError, exitStatusOfVerdict } from '../exit-status.ts';
import { annotate, renderFor } from '../render-for.ts';
import { commandOf } from '../run-command.ts';

/** The status for a report: of a survey the highest of all, so that a file that cannot be read hides no more than it has to. */
function exitStatusOf({ verdict, files = [] }: Report): number {
  const problems = files.flatMap(({ problem }) => (problem === null ? [] : [exitStatusOfError(problem.code)]));
  return Math.max(exitStatusOfVerdict(verdict), ...problems);
}

/** `docker verify check`: the result, in any format, goes to standard output or `--output`. */
export const checkCommand = commandOf('looking at what the build uses', async (run) => {
  const { session, own, given, rest, input, show, context } = run;
  const report = given.isOn('recursive')
    ? await checkRecursive(session, rest, input)
    : await check(session, withDefaultPath(rest), input);
  const isSilent = own.quiet && own.format === 'text' && !isRefusal(report.verdict);
  await show(renderFor(context, report, checkFormats), { isSilent });
  annotate(context, own, report);
  return exitStatusOf(report);
});
