import { recommend, standardInput, withDefaultPath } from '../../gate/index.ts';
import { adviceFormats, renderAdvice } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { formatOf, readArguments } from '../read-arguments.ts';
import { writeResult } from '../write-result.ts';

/** `docker verify recommend PATH|IMAGE`: what to build on instead. */
export const recommendCommand: Command = async (context, args) => {
  const { own, rest } = await readArguments(context, args);
  const { session, progress } = openSession(context, own, 'looking at what else there is');
  const input = standardInput(process.stdin, context.environment);
  try {
    const advice = await recommend(session, withDefaultPath(rest), input);
    progress.stop();
    await writeResult(context, own, (format, layout) => renderAdvice(advice, formatOf(format, adviceFormats), layout));
    return exitStatus.allowed;
  } finally {
    progress.stop();
    await input.dispose();
  }
};
