import { type Environment, hasCompose, setUpSystem, takeBackSystem, VerifyError } from '../../gate/index.ts';
import {
  completionScript,
  type DifferingFile,
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
import { type ReadArguments, readArguments, takesNothing } from '../read-arguments.ts';
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

/** What says something of a machine's installation alone. */
const systemOptions = ['policy', 'key', 'identity', 'identity-regexp', 'issuer', 'trusted-root'];

async function installForUser(context: CommandContext, { given }: ReadArguments): Promise<number> {
  const lost = systemOptions.find((option) => given.has(option));
  if (lost !== undefined)
    throw new VerifyError('usage.invalid', `--${lost} is for a whole machine`, { hint: 'add --system' });
  const mode = given.last('mode') ?? 'alias';
  if (mode !== 'alias' && mode !== 'full') {
    throw new VerifyError('usage.invalid', `"${mode.slice(0, 100)}" is not a value for --mode`, {
      hint: 'write --mode alias or --mode full',
    });
  }
  tell(await installAs(mode, context.environment), 'it was installed already');
  return exitStatus.allowed;
}

function describeDiffering({ path, found, wanted }: DifferingFile): readonly string[] {
  const lines = (text: string): readonly string[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`);
  return [`${path} holds something else, and was left as it is:`, ...lines(found), '  it would be:', ...lines(wanted)];
}

async function installForMachine(
  { environment }: CommandContext,
  read: ReadArguments,
  args: readonly string[],
): Promise<number> {
  const { given } = read;
  const policy = given.last('policy');
  if (policy === null || given.has('mode'))
    throw new VerifyError('usage.invalid', '--system takes a --policy, and no --mode', {
      hint: 'docker verify install --system --policy oci://REGISTRY/REPOSITORY:TAG --key FILE',
    });
  const outcome = await setUpSystem(environment, runningExecutable(), {
    policy,
    key: given.last('key'),
    trustedRoot: given.last('trusted-root'),
    identity: given.last('identity'),
    identityRegexp: given.last('identity-regexp'),
    issuer: given.last('issuer'),
    typed: ['install', ...args],
  });
  if (outcome.kind === 'done') {
    tell(outcome.changes, 'nothing changed: it was installed already');
    return exitStatus.allowed;
  }
  for (const line of outcome.files.flatMap(describeDiffering)) say(line);
  say('nothing was changed; docker verify uninstall --system takes back what was installed, or remove the file');
  return exitStatus.usage;
}

/** `docker verify install [--mode alias|full]`, and `--system`. */
export const installCommand: Command = async (context, args) => {
  const read = await readArguments(context, args);
  takesNothing(read, context.row);
  return read.given.isOn('system') ? await installForMachine(context, read, args) : await installForUser(context, read);
};

/** `docker verify uninstall [--system]`. */
export const uninstallCommand: Command = async (context, args) => {
  const read = await readArguments(context, args);
  takesNothing(read, context.row);
  const { environment } = context;
  const isSystem = read.given.isOn('system');
  const changes = isSystem
    ? await takeBackSystem(environment, runningExecutable())
    : (await uninstall(environment)).changes;
  tell(changes, 'nothing was installed');
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
