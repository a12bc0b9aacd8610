import { builderVerb, defaultOwnOptions, VerifyError } from '../gate/index.ts';
import type { PluginCall } from '../plugin/index.ts';
import { plainPage, visibleDocument } from '../report/index.ts';
import { type Command, type CommandContext, openSession } from './command-context.ts';
import { exitStatus } from './exit-status.ts';
import { ownOptionsHelp } from './own-options-help.ts';
import { toolVersion } from './tool-version.ts';
import { writeResult } from './write-result.ts';

/** Commands whose arguments we read ourselves, since they are Docker's as much as ours; each loaded only when it runs. */
const dockerLike: Readonly<Record<string, () => Promise<Command>>> = {
  build: async () => (await import('./commands/build.ts')).buildCommand,
  bake: async () => (await import('./commands/build.ts')).bakeCommand,
  check: async () => (await import('./commands/check.ts')).checkCommand,
  scan: async () => (await import('./commands/scan.ts')).scanCommand,
  inspect: async () => (await import('./commands/inspect.ts')).inspectCommand,
  lineage: async () => (await import('./commands/lineage.ts')).lineageCommand,
  init: async () => (await import('./commands/init.ts')).initCommand,
  lock: async () => (await import('./commands/lock.ts')).lockCommand,
  packages: async () => (await import('./commands/packages.ts')).packagesCommand,
  exposure: async () => (await import('./commands/exposure.ts')).exposureCommand,
};

const ours = new Set(['policy', 'records', 'trust', 'install', 'uninstall', 'shell', 'completion', 'doctor']);

async function help(context: CommandContext, words: readonly string[]): Promise<number> {
  const { createProgram } = await import('./program.ts');
  const program = createProgram(async () => undefined);
  const named = program.commands.find((command) => command.name() === words[0]);
  if (named === undefined && words[0] !== undefined) {
    throw new VerifyError('usage.invalid', `there is no command ${words[0].slice(0, 100)} of ours`, {
      hint: `see docker verify --help; for a verb of buildx, docker buildx ${words[0].slice(0, 100)} --help`,
    });
  }
  if (words[0] === 'build' || words[0] === 'bake') return await (await load(words[0]))(context, ['--help']);
  await writeResult(visibleDocument(`${(named ?? program).helpInformation()}${notes(named?.name() ?? null)}`), null);
  return exitStatus.allowed;
}

/** What stands below Commander's help: null for the program's own. */
function notes(command: string | null): string {
  if (command === null) {
    return `\nEvery other builder verb (prune, du, ls, imagetools, …) is handed to buildx.\n\n${ownOptionsHelp()}`;
  }
  return Object.hasOwn(dockerLike, command) ? `\n${ownOptionsHelp(true)}` : '';
}

async function load(name: string): Promise<Command> {
  const loader = dockerLike[name];
  if (loader === undefined) throw new Error(`no command ${name}`);
  return await loader();
}

/** Runs what the arguments ask for; whatever is no command of ours is a verb of buildx's. */
export async function dispatch(context: CommandContext, call: PluginCall): Promise<number> {
  const { command, args } = call;
  if (Object.hasOwn(dockerLike, command) && !isInterceptedVerb(context, command)) {
    const asksHelp =
      command !== 'build' && command !== 'bake' && args.some((word) => word === '--help' || word === '-h');
    return asksHelp ? await help(context, [command]) : await (await load(command))(context, args);
  }
  if (command === 'debug' || command === 'dap') {
    const { debugCommand } = await import('./commands/debug.ts');
    return await debugCommand(context, command, args);
  }
  if (!context.intercepted) {
    if (command === 'help') return await help(context, args);
    if (command === 'version') {
      await writeResult(plainPage([`docker-verify ${toolVersion}`]), null);
      return exitStatus.allowed;
    }
    if (command === '__complete' || command === '__completeNoDesc') {
      const { completeWords } = await import('./complete-words.ts');
      await writeResult(visibleDocument(completeWords(args)), null);
      return exitStatus.allowed;
    }
    if (ours.has(command)) return await (await import('./program.ts')).runProgram(context, [command, ...args]);
  }
  const { session } = openSession(context, defaultOwnOptions, null);
  return await builderVerb(session, [command, ...args], context.watch.interruptions, context.intercepted);
}

/** In buildx's place only its own building verbs are ours: it has an `inspect` of its own. */
function isInterceptedVerb(context: CommandContext, command: string): boolean {
  return context.intercepted && command !== 'build' && command !== 'bake';
}
