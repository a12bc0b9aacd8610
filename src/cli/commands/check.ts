import { check, reportFormats, standardInput, withDefaultPath } from '../../gate/index.ts';
import { renderReport } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatusOfVerdict } from '../exit-status.ts';
import { formatOf, readArguments } from '../read-arguments.ts';
import { writeResult } from '../write-result.ts';

/** `docker verify check`: the result, in any format, goes to standard output or `--output`. */
export const checkCommand: Command = async (context, args) => {
  const { own, rest } = await readArguments(context, args);
  const { session, progress, finish } = openSession(context, own, 'looking at what the build uses');
  const input = standardInput(process.stdin, context.environment);
  try {
    const report = await check(session, withDefaultPath(rest), input);
    progress.stop();
    const isRefused = report.verdict === 'block' || report.verdict === 'error';
    const isSilent = own.quiet && own.format === 'text' && !isRefused;
    await writeResult(
      context,
      own,
      (format, layout) => renderReport(report, formatOf(format, reportFormats), layout),
      isSilent,
    );
    await finish();
    return exitStatusOfVerdict(report.verdict);
  } finally {
    progress.stop();
    await input.dispose();
  }
};
