import { realpathSync } from 'node:fs';
import { type Environment, type OwnOptions, type Session, VerifyError } from '../gate/index.ts';
import type { Layout, Progress } from '../report/index.ts';
import type { Watch } from './interruptions.ts';
import { refreshInBackground } from './refresh-in-background.ts';
import { say, showProgress, type Terminal } from './streams.ts';
import { toolVersion } from './tool-version.ts';

/** What every command is started with. */
export interface CommandContext {
  readonly environment: Environment;
  /** Docker's `-D`: errors with their stack. */
  readonly debug: boolean;
  /** Whether we were started in buildx's place. */
  readonly intercepted: boolean;
  readonly watch: Watch;
}

/** A command: its arguments in, its exit status out. */
export type Command = (context: CommandContext, args: readonly string[]) => Promise<number>;

/** The executable that runs, with links followed. */
export function runningExecutable(): string {
  try {
    return realpathSync(process.execPath);
  } catch {
    return process.execPath;
  }
}

/** How text is laid out on a stream: colour and width only for a terminal (no-color.org: NO_COLOR). */
export function layoutFor(stream: Terminal, own: OwnOptions, environment: Environment): Layout {
  const isBare = (environment.variables['NO_COLOR'] ?? '') !== '' || environment.variables['TERM'] === 'dumb';
  return { color: own.color && stream.isTTY && !isBare, width: stream.isTTY ? stream.columns : null };
}

/** A session of the gate, with what shows that it is at work. */
export interface OpenSession {
  readonly session: Session;
  readonly progress: Progress;
  /** To be called when the command is done: begins what may go on without us. */
  readonly finish: () => Promise<void>;
}

/** Opens a session for one command; `label` is what a waiting person reads first, null for nothing at all. */
export function openSession(context: CommandContext, own: OwnOptions, label: string | null): OpenSession {
  const enabled = label !== null && !own.quiet;
  const progress = showProgress(label ?? '', enabled);
  let keyless = false;
  const executable = runningExecutable();
  const session: Session = {
    environment: context.environment,
    own,
    version: toolVersion,
    executable,
    now: () => new Date(),
    progress: (text) => progress.update(text),
    warn: (text) => {
      if (own.quiet) return;
      progress.stop();
      say(`docker verify: warning: ${text}`);
    },
    onKeyless: () => {
      keyless = true;
    },
    signal: context.watch.cancelled,
  };
  const finish = async (): Promise<void> => {
    if (keyless) await refreshInBackground(session, executable);
  };
  return { session, progress, finish };
}

/**
 * The arguments of a command that knows no options besides ours.
 * @throws VerifyError `usage.invalid` for an option that it does not have
 */
export function operands(args: readonly string[], command: string): readonly string[] {
  const unknown = args.find((argument) => argument.startsWith('-') && argument !== '-');
  if (unknown === undefined) return args;
  throw new VerifyError('usage.invalid', `${command} has no option ${unknown.slice(0, 100)}`, {
    hint: `see docker verify ${command} --help`,
  });
}

/**
 * Refuses what stands behind a command that takes nothing.
 * @throws VerifyError `usage.invalid`
 */
export function takesNothing(args: readonly string[], command: string): void {
  const [found] = operands(args, command);
  if (found === undefined) return;
  throw new VerifyError('usage.invalid', `${command} takes nothing, found ${found.slice(0, 100)}`, {
    hint: `see docker verify ${command} --help`,
  });
}
