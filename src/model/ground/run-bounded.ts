import { type ChildProcess, spawn } from 'node:child_process';
// to end a group of processes there is nothing else; of our own process nothing is read
import { kill as sendSignal } from 'node:process';
import type { Writable } from 'node:stream';

/** A program that is run for what it prints. */
export interface BoundedRun {
  /** Absolute. */
  readonly program: string;
  readonly args: readonly string[];
  /** Where it is started; undefined for the current folder. */
  readonly folder: string | undefined;
  /** All that it sees of an environment. */
  readonly variables: NodeJS.ProcessEnv;
  /** Bytes of standard output that are allowed. */
  readonly limit: number;
  /** Bytes that are kept of the end of its standard error; left out where that is not read. */
  readonly errorLimit?: number;
  /** Milliseconds; left out where only the signal ends it. */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
  /** What goes to its standard input, or what feeds that; left out where it has none. */
  readonly input?: string | ((stdin: Writable) => void);
  /** Whether it leads a group of processes: without a terminal nothing can ask for a password, and its helpers end with it. */
  readonly hasGroup?: boolean;
}

/** How a run ended. `stopped`: for its output, its time, our signal, or (`killed`) by a signal of others. */
export type BoundedEnd =
  | { readonly kind: 'ended'; readonly status: number; readonly stdout: Buffer; readonly stderr: string }
  | { readonly kind: 'stopped'; readonly by: 'output' | 'time' | 'signal' | 'killed' }
  | { readonly kind: 'unstarted'; readonly cause: Error };

type StoppedBy = 'output' | 'time' | 'signal';

function end(child: ChildProcess, hasGroup: boolean): void {
  try {
    if (hasGroup && child.pid !== undefined) sendSignal(-child.pid, 'SIGKILL');
  } catch {
    // the group has ended meanwhile
  }
  child.kill('SIGKILL');
}

/** The end of a stream, as text. */
class Tail {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    for (let [first] = this.#chunks; first && this.#size - first.length >= this.#limit; [first] = this.#chunks) {
      this.#chunks.shift();
      this.#size -= first.length;
    }
  }

  text(): string {
    const bytes = Buffer.concat(this.#chunks);
    return bytes.subarray(Math.max(0, bytes.length - this.#limit)).toString('utf8');
  }
}

function start(run: BoundedRun): ChildProcess {
  return spawn(run.program, [...run.args], {
    cwd: run.folder,
    env: run.variables,
    stdio: [run.input === undefined ? 'ignore' : 'pipe', 'pipe', run.errorLimit === undefined ? 'ignore' : 'pipe'],
    detached: run.hasGroup ?? false,
    windowsHide: true,
  });
}

function feed({ input }: BoundedRun, child: ChildProcess): void {
  // undefined, whatever its type says, where there was no descriptor left to start it with
  const stdin: Writable | null | undefined = child.stdin;
  if (!stdin) return;
  stdin.on('error', () => undefined); // one that ends before it has read all says so by its status
  if (typeof input === 'function') input(stdin);
  else stdin.end(input);
}

/**
 * Runs a program until it ends or reaches one of its bounds; then it is killed. Never rejects. What it has started itself may hold its
 * output open for ever, so nothing of that is waited for once it was stopped.
 */
export function runBounded(run: BoundedRun): Promise<BoundedEnd> {
  if (run.signal?.aborted === true) return Promise.resolve({ kind: 'stopped', by: 'signal' });
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = start(run);
    } catch (cause) {
      // arguments that no program can be given
      resolve({ kind: 'unstarted', cause: cause instanceof Error ? cause : new Error(String(cause)) });
      return;
    }
    const chunks: Buffer[] = [];
    const said = new Tail(run.errorLimit ?? 0);
    let size = 0;
    let stopped: StoppedBy | null = null;
    const settle = (found: BoundedEnd): void => {
      clearTimeout(timer);
      run.signal?.removeEventListener('abort', onAbort);
      resolve(found);
    };
    const stop = (by: StoppedBy): void => {
      if (stopped !== null) return;
      stopped = by;
      end(child, run.hasGroup ?? false);
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
    };
    const onAbort = (): void => stop('signal');
    const timer = run.timeout === undefined ? undefined : setTimeout(() => stop('time'), run.timeout);
    run.signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= run.limit) chunks.push(chunk);
      else stop('output');
    });
    child.stderr?.on('data', (chunk: Buffer) => said.add(chunk));
    child.once('error', (cause) =>
      settle(stopped === null ? { kind: 'unstarted', cause } : { kind: 'stopped', by: stopped }),
    );
    child.once('exit', () => {
      if (stopped !== null) settle({ kind: 'stopped', by: stopped });
    });
    child.once('close', (status) => {
      if (stopped !== null) settle({ kind: 'stopped', by: stopped });
      else if (status === null) settle({ kind: 'stopped', by: 'killed' });
      else settle({ kind: 'ended', status, stdout: Buffer.concat(chunks), stderr: said.text() });
    });
    feed(run, child);
  });
}
