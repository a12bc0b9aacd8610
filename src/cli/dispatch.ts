import { asksForHelp, builderVerb, builderVerbs, defaultOwnOptions, VerifyError } from '../gate/index.ts';
import type { PluginCall } from '../plugin/index.ts';
import { visibleDocument } from '../report/index.ts';
import { openSession } from './command-context.ts';
import type { CallContext, CommandRow } from './command-row.ts';
import { commandGroups, commandsWith, firstWords, rowOf, rowsOf } from './command-table.ts';
import { exitStatus } from './exit-status.ts';
import { nearestWord } from './help/nearest-word.ts';
import { commandMeantBy } from './help/other-words.ts';
import { outputTerminal } from './streams.ts';
import { tellingCommand } from './tell-command.ts';
import { writeText } from './write-result.ts';

async function help(words: readonly string[]): Promise<number> {
  const [{ helpFor }, { fitPage }] = await Promise.all([import('./help/help.ts'), import('./terminal/fit-page.ts')]);
  await writeText(fitPage(helpFor(words), outputTerminal()), null);
  return exitStatus.allowed;
}

/** A `--help` before the end of options. */
function namesHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).some((word) => word === '--help' || word === '-h');
}

async function run(context: CallContext, row: CommandRow, args: readonly string[]): Promise<number> {
  const own = { ...context, row, takers: commandsWith };
  if (row.own !== 'prefixed') {
    if (namesHelp(args)) return await help(row.name.split(' '));
  } else if (asksForHelp(args, row.host === 'bake' ? 'bake' : 'build')) {
    const { builderHelp } = await import('./commands/builder-help.ts');
    return await builderHelp(own, args);
  }
  const command = await row.load();
  return await tellingCommand(context, `verify ${row.name}`, async () => await command(own, args));
}

/** A command that stands behind a word of ours. */
async function runOfGroup(context: CallContext, group: string, [verb, ...args]: readonly string[]): Promise<number> {
  if (verb === undefined || verb.startsWith('-')) {
    if (verb !== undefined && namesHelp([verb])) return await help([group]);
    throw new VerifyError('usage.invalid', `${group} needs a command`, { hint: `see docker verify ${group} --help` });
  }
  const row = rowOf(`${group} ${verb}`);
  if (row !== null) return await run(context, row, args);
  const verbs = rowsOf(group).map(({ name }) => name.slice(group.length + 1));
  const near = nearestWord(verb, verbs);
  throw new VerifyError('usage.invalid', `${group} has no command ${verb.slice(0, 100)}`, {
    hint: near === null ? `see docker verify ${group} --help` : `did you mean docker verify ${group} ${near}?`,
  });
}

/** Hands a verb to buildx, if it has it. */
async function handOver(context: CallContext, { command, args }: PluginCall): Promise<number> {
  const { session } = openSession(context, defaultOwnOptions, null);
  if (!context.intercepted) {
    const verbs = await builderVerbs(session, command);
    if (!verbs.includes(command)) {
      const word = command.slice(0, 100);
      const near = commandMeantBy(word) ?? nearestWord(word, [...firstWords(), ...verbs]);
      throw new VerifyError('usage.invalid', `neither docker verify nor buildx has a command ${word}`, {
        hint: near === null ? 'see docker verify --help' : `did you mean docker verify ${near}?`,
      });
    }
  }
  return await builderVerb(session, [command, ...args], context.watch.interruptions, context.intercepted);
}

/** What is no command of the table. */
async function runOther(context: CallContext, call: PluginCall): Promise<number> {
  const { command, args } = call;
  switch (command) {
    case 'help': {
      const words = args.filter((each) => !namesHelp([each]));
      const [word] = words;
      const isOurs = word === undefined || rowOf(word) !== null || Object.hasOwn(commandGroups, word);
      return isOurs ? await help(words) : await handOver(context, { ...call, command: word, args: ['--help'] });
    }
    case '__complete':
    case '__completeNoDesc': {
      const { completeWords } = await import('./help/complete-words.ts');
      const described = await completeWords(args, context.environment);
      const answer = command === '__complete' ? described : described.replaceAll(/\t.*$/gm, '');
      await writeText(visibleDocument(answer), null);
      return exitStatus.allowed;
    }
    default:
      return await handOver(context, call);
  }
}

/** Runs what the arguments ask for; a word that is not one of our commands is a verb of buildx. */
export async function dispatch(context: CallContext, call: PluginCall): Promise<number> {
  const { command, args } = call;
  const row = rowOf(command);
  if (command === 'debug' || command === 'dap') {
    const { debugCommand } = await import('./commands/debug.ts');
    return await debugCommand(context, command, args);
  }
  const explained = context.intercepted && namesHelp([command]) ? rowOf(args[0] ?? '') : null;
  if (explained?.own === 'prefixed') return await run(context, explained, [command]);
  // In buildx's place only its own building verbs are ours: it has an `inspect` of its own.
  if (context.intercepted && row?.own !== 'prefixed') return await handOver(context, call);
  if (row !== null) return await run(context, row, args);
  if (Object.hasOwn(commandGroups, command)) return await runOfGroup(context, command, args);
  return await runOther(context, call);
}
