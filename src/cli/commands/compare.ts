import { compare } from '../../gate/index.ts';
import { comparisonFormats, renderComparison } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { formatOf, readArguments } from '../read-arguments.ts';
import { writeResult } from '../write-result.ts';

/** `docker verify compare IMAGE IMAGE`: two images side by side. */
export const compareCommand: Command = async (context, args) => {
  const { own, rest } = await readArguments(context, args);
  const { session, progress } = openSession(context, own, 'looking at both');
  try {
    const comparison = await compare(session, rest);
    progress.stop();
    await writeResult(context, own, (format) => renderComparison(comparison, formatOf(format, comparisonFormats)));
    return exitStatus.allowed;
  } finally {
    progress.stop();
  }
};
