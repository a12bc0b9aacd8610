import { refuseUnknownOptions, scan, splitOwnOptions, standardInput } from '../../gate/index.ts';
import { renderScan } from '../../report/index.ts';
import { type Command, openSession } from '../command-context.ts';
import { exitStatus } from '../exit-status.ts';
import { refuseFormat } from '../refuse-format.ts';
import { writeResult } from '../write-result.ts';

/** `docker verify scan`: what the build would use, without a network or a daemon. */
export const scanCommand: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'build');
  refuseUnknownOptions(rest);
  refuseFormat(own, 'scan');
  const { session } = openSession(context, own, null);
  const input = standardInput(process.stdin, context.environment);
  try {
    const scanned = await scan(session, rest, input);
    await writeResult(renderScan(scanned, own.format), own.output);
    return exitStatus.allowed;
  } finally {
    await input.dispose();
  }
};
