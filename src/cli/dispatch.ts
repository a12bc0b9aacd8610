import { builderVerb, defaultOwnOptions } from '../gate/index.ts';
import type { PluginCall } from '../plugin/index.ts';
import { type Command, type CommandContext, openSession } from './command-context.ts';

/** Commands whose arguments we read ourselves, since they are Docker's as much as ours; each loaded only when it runs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  build: async () => (await import('./commands/build.ts')).buildCommand,
  bake: async () => (await import('./commands/build.ts')).bakeCommand,
  check: async () => (await import('./commands/check.ts')).checkCommand,
  scan: async () => (await import('./commands/scan.ts')).scanCommand,
};

/** Runs what the arguments ask for; whatever is no command of ours is a verb of buildx's. */
export async function dispatch(context: CommandContext, call: PluginCall): Promise<number> {
  const load = Object.hasOwn(commands, call.command) ? commands[call.command] : undefined;
  if (load !== undefined) return await (await load())(context, call.args);
  const { session } = openSession(context, defaultOwnOptions, null);
  return await builderVerb(session, [call.command, ...call.args], context.watch.interruptions, context.intercepted);
}
