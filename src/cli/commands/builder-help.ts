import { builderVerb, isVerifyError, splitOwnOptions } from '../../gate/index.ts';
import { visibleDocument } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { commandHelp, helpNotes } from '../help.ts';
import { say } from '../streams.ts';
import { writeText } from '../write-result.ts';

/** Help of a verb that builds: buildx's own, with ours after it; ours alone where there is no buildx to ask. */
export const builderHelp: Command = async (context, args) => {
  const { row, watch, intercepted } = context;
  const { own, rest } = splitOwnOptions(args, false, row.host);
  const { session } = openSession(context, own, null);
  try {
    const status = await builderVerb(session, [row.name, ...rest], watch.interruptions, intercepted);
    await writeText(visibleDocument(`\n${helpNotes(row)}`), null);
    return status;
  } catch (error) {
    if (!isVerifyError(error)) throw error;
    await writeText(visibleDocument(commandHelp(row)), null);
    say(`docker verify: warning: buildx cannot be asked for its own options: ${error.message}`);
    return exitStatus.allowed;
  }
};
