import { type Environment, hasCompose, VerifyError } from '../../gate/index.ts';
import {
  completionScript,
  type InstallMode,
  install,
  parseShell,
  type Shell,
  shellFunction,
  uninstall,
} from '../../plugin/index.ts';
import { visibleDocument } from '../../report/index.ts';
import { runningExecutable } from '../command-context.ts';
import type { Command, CommandContext } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { readArguments, takesNothing } from '../read-arguments.ts';
import { say } from '../streams.ts';
import { writeText } from '../write-result.ts';

function tell(changes: readonly string[], otherwise: string): void {
  for (const change of changes.length === 0 ? [otherwise] : changes) say(change);
}

async function installAs(mode: InstallMode, environment: Environment): Promise<readonly string[]> {
  const executable = runningExecutable();
  const compose = mode === 'full' && (await hasCompose(environment, executable));
  return (await install(executable, mode, environment, compose)).changes;
}

/** `docker verify install [--mode alias|full]`. */
export const installCommand: Command = async (context, args) => {
  const read = await readArguments(context, args);
  takesNothing(read, context.row);
  const mode = read.given.last('mode') ?? 'alias';
  if (mode !== 'alias' && mode !== 'full') {
    throw new VerifyError('usage.invalid', `"${mode.slice(0, 100)}" is not a value for --mode`, {
      hint: 'write --mode alias or --mode full',
    });
  }
  tell(await installAs(mode, context.environment), 'it was installed already');
  return exitStatus.allowed;
};

/** `docker verify uninstall`. */
export const uninstallCommand: Command = async (context, args) => {
  takesNothing(await readArguments(context, args), context.row);
  tell((await uninstall(context.environment)).changes, 'nothing was installed');
  return exitStatus.allowed;
};

/** The one shell that a command line names. */
async function shellOf(context: CommandContext, args: readonly string[]): Promise<Shell> {
  const { operands } = await readArguments(context, args);
  const [named, ...others] = operands;
  if (named !== undefined && others.length === 0) return parseShell(named);
  throw new VerifyError('usage.invalid', `${context.row.name} takes one shell`, {
    hint: `write docker verify ${context.row.name} ${context.row.usage}`,
  });
}

/** `docker verify shell SHELL`. */
export const shellCommand: Command = async (context, args) => {
  await writeText(visibleDocument(shellFunction(await shellOf(context, args))), null);
  return exitStatus.allowed;
};

/** `docker verify completion SHELL`. */
export const completionCommand: Command = async (context, args) => {
  await writeText(visibleDocument(completionScript(await shellOf(context, args))), null);
  return exitStatus.allowed;
};
