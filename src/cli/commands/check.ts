import { check, refuseUnknownOptions, splitOwnOptions, standardInput } from '../../gate/index.ts';
import { renderReport, visible } from '../../report/index.ts';
import { type Command, layoutFor, openSession } from '../command-context.ts';
import { exitStatusOfVerdict } from '../exit-status.ts';
import { chooseFormat, reportFormats } from '../refuse-format.ts';
import { outputTerminal } from '../streams.ts';
import { writeResult } from '../write-result.ts';

/** `docker verify check`: the result, in any format, goes to standard output or `--output`. */
export const checkCommand: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'build');
  refuseUnknownOptions(rest);
  const format = chooseFormat(own, 'check', reportFormats);
  const { session, progress, finish } = openSession(context, own, 'looking at what the build uses');
  const input = standardInput(process.stdin, context.environment);
  try {
    const report = await check(session, rest, input);
    progress.stop();
    const layout =
      own.output === null ? layoutFor(outputTerminal(), own, context.environment) : { color: false, width: null };
    const refused = report.verdict === 'block' || report.verdict === 'error';
    const text =
      own.quiet && format === 'text' && own.output === null && !refused
        ? visible('')
        : renderReport(report, format, layout);
    await writeResult(text, own.output);
    await finish();
    return exitStatusOfVerdict(report.verdict);
  } finally {
    progress.stop();
    await input.dispose();
  }
};
