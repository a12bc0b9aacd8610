import { admitUnverified, asksForHelp, builderVerb, splitDebugArguments, splitOwnOptions } from '../../gate/index.ts';
import { openSession } from '../command-context.ts';
import type { CallContext } from '../command-row.ts';
import { buildRow } from '../table/images.ts';
import { debugBuild } from './build.ts';

/**
 * buildx's experimental debuggers: `debug build` is a build like any other, and verified like one. `dap build` gets
 * from the editor what to build, after we have read the arguments, and a command that we do not know may build as well: neither
 * is verified, so neither is run where a policy is enforced.
 */
export async function debugCommand(
  context: CallContext,
  verb: 'debug' | 'dap',
  given: readonly string[],
): Promise<number> {
  const { options, command, args } = splitDebugArguments(given);
  const builds = command !== null && command !== 'attach' && command !== 'help';
  const asksHelp = command === null || (command === 'build' && asksForHelp(args));
  if (builds && !asksHelp && verb === 'debug' && command === 'build') {
    return await debugBuild({ ...context, row: buildRow, takers: () => [] }, [verb, ...options], args);
  }
  const { own, rest: buildArguments } = splitOwnOptions(args);
  const { session } = openSession(context, own, null);
  if (builds && !asksHelp) await admitUnverified(session, `docker buildx ${verb} ${command}`, buildArguments);
  const { rest } = splitOwnOptions(given);
  return await builderVerb(session, [verb, ...rest], context.watch.interruptions, context.intercepted);
}
