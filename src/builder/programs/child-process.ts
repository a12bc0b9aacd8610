import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { type Environment, VerifyError } from '../../model/index.ts';
import { startingFolder } from './programs.ts';
import { feedKept, type KeptInput } from './stdin-keeper.ts';

/** How a run is interrupted: what the process's own listeners tell, since no room but the command line's has any. */
export interface Interruptions {
  /** Calls `listener` for each signal until what it returns is called. */
  listen(listener: (signal: NodeJS.Signals) => void): () => void;
  /** Whether our children share our terminal, so that its Ctrl-C reaches them without us. */
  readonly sharedTerminal: boolean;
  /** Aborted when Docker's CLI closes the plugin socket. */
  readonly cancelled: AbortSignal;
}

export interface ChildRun {
  /** Absolute. */
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Environment;
  readonly variables: NodeJS.ProcessEnv;
  /** Our own standard input, or what was kept of it. */
  readonly stdin: 'inherit' | KeptInput;
  readonly interruptions: Interruptions | null;
  /** Milliseconds from the first signal until the child is killed; null for a child that takes the time it needs. */
  readonly grace?: number | null;
  /** Called when it was started, for what may go on while it works. */
  readonly onStarted?: () => void;
  /** Kills it at once; it counts as not started then. Left out where nothing does. */
  readonly abandoned?: AbortSignal;
}

const standardGrace = 10_000;
// long enough for a child that shares our terminal or socket to have heard by itself
const forwardDelay = 500;

function statusOf(code: number | null, signal: NodeJS.Signals | null): number {
  if (code !== null) return code;
  return 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** Passes signals on, and kills a child that does not end. The function that it returns undoes all of this. */
function relay(child: ChildProcess, interruptions: Interruptions, grace: number | null): () => void {
  const timers: NodeJS.Timeout[] = [];
  let heard = 0;
  const forward = (signal: NodeJS.Signals, { delayed }: { readonly delayed: boolean }): void => {
    heard += 1;
    if (heard >= 3) child.kill('SIGKILL');
    else if (!delayed) child.kill(signal);
    else if (heard === 1) timers.push(setTimeout(() => child.kill(signal), forwardDelay));
    if (heard === 1 && grace !== null) timers.push(setTimeout(() => child.kill('SIGKILL'), grace));
  };
  const cancel = (): void => forward('SIGTERM', { delayed: true });
  const stop = interruptions.listen((signal) =>
    forward(signal, { delayed: signal === 'SIGINT' && interruptions.sharedTerminal }),
  );
  if (interruptions.cancelled.aborted) cancel();
  else interruptions.cancelled.addEventListener('abort', cancel, { once: true });
  return () => {
    stop();
    interruptions.cancelled.removeEventListener('abort', cancel);
    for (const timer of timers) clearTimeout(timer);
  };
}

/**
 * Runs a program with our own standard output, error and terminal, and gives its exit status, 128+n where signal n ended it.
 * @throws VerifyError `builder.unavailable` where it cannot be started
 */
export function runChild(run: ChildRun): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(run.program, [...run.args], {
      cwd: startingFolder(run.environment),
      env: run.variables,
      stdio: [run.stdin === 'inherit' ? 'inherit' : 'pipe', 'inherit', 'inherit'],
      windowsHide: true,
      ...(run.abandoned === undefined ? {} : { signal: run.abandoned, killSignal: 'SIGKILL' as const }),
    });
    const stop =
      run.interruptions === null
        ? () => undefined
        : relay(child, run.interruptions, run.grace === undefined ? standardGrace : run.grace);
    child.once('error', (cause) => {
      stop();
      reject(new VerifyError('builder.unavailable', `${run.program} cannot be started: ${cause.message}`, { cause }));
    });
    child.once('exit', (code, signal) => {
      stop();
      child.stdin?.destroy();
      resolve(statusOf(code, signal));
    });
    if (run.stdin !== 'inherit' && child.stdin !== null) feedKept(run.stdin, child.stdin);
    run.onStarted?.();
  });
}
