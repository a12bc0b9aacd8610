import { builderVerb, isVerifyError, splitOwnOptions } from '../../gate/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { commandHelp, helpNotes } from '../help/help.ts';
import { outputTerminal, say } from '../streams.ts';
import { fitPage } from '../terminal/fit-page.ts';
import { writeText } from '../write-result.ts';

/** Help of a verb that builds: buildx's own, with ours after it; ours alone where there is no buildx to ask. */
export const builderHelp: Command = async (context, args) => {
  const { row, watch, intercepted } = context;
  const { own, rest } = splitOwnOptions(args, { host: row.host });
  const { session } = openSession(context, own, null);
  try {
    const status = await builderVerb(session, [row.name, ...rest], watch.interruptions, intercepted);
    await writeText(fitPage(`\n${helpNotes(row)}`, outputTerminal()), null);
    return status;
  } catch (error) {
    if (!isVerifyError(error)) throw error;
    await writeText(fitPage(commandHelp(row), outputTerminal()), null);
    say(`docker verify: warning: buildx cannot be asked for its own options: ${error.message}`);
    return exitStatus.allowed;
  }
};
