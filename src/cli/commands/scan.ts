import { scan, standardInput, withDefaultPath } from '../../gate/index.ts';
import { renderScan } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { readArguments } from '../read-arguments.ts';
import { writeResult } from '../write-result.ts';

/** `docker verify scan`: what the build would use, without a network or a daemon. */
export const scanCommand: Command = async (context, args) => {
  const { own, rest } = await readArguments(context, args);
  const { session } = openSession(context, own, null);
  const input = standardInput(process.stdin, context.environment);
  try {
    const scanned = await scan(session, withDefaultPath(rest), input);
    await writeResult(context, own, (format) => renderScan(scanned, format));
    return exitStatus.allowed;
  } finally {
    await input.dispose();
  }
};
