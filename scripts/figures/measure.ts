import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** A program to be measured. */
export interface Subject {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface Measurement {
  readonly milliseconds: number;
  /** The program's own peak of resident memory, without those that it starts; null where the system does not tell. */
  readonly peakMegabytes: number | null;
}

/** The peak that Linux keeps for a process (proc_pid_status(5), VmHWM), in kilobytes. */
function readPeak(pid: number | undefined): number | null {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes);
  } catch {
    return null;
  }
}

/**
 * Runs a program to its end.
 * @param watch whether to look at its memory, which costs it some time
 * @throws Error with what it said when it ends with another status than 0
 */
export function measure({ program, parameters, env, cwd }: Subject, watch = false): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program, parameters, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [said, peak] = ['', 0];
    const look = (): void => {
      peak = Math.max(peak, readPeak(child.pid) ?? 0);
    };
    const timer = watch ? setInterval(look, 2) : null;
    const keep = (text: Buffer): void => {
      if (watch) look();
      said = (said + text.toString()).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (status) => {
      const milliseconds = performance.now() - started;
      if (timer !== null) clearInterval(timer);
      if (status === 0) resolve({ milliseconds, peakMegabytes: peak === 0 ? null : peak / 1024 });
      else reject(new Error(`${program} ${parameters.join(' ')} ended with ${status}:\n${said}`));
    });
  });
}

const run = promisify(execFile);

/** The processor's time of a program and of those that it starts and waits for, user's and system's together, in milliseconds. */
export async function processorTime({ program, parameters, env, cwd }: Subject): Promise<number> {
  const timed = 'TIMEFORMAT="%3U %3S"; time "$0" "$@" >/dev/null 2>&1';
  const { stderr } = await run('bash', ['-c', timed, program, ...parameters], { cwd, env });
  const [user = Number.NaN, system = Number.NaN] = stderr.trim().split(' ').map(Number);
  return (user + system) * 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

export interface Pair {
  /** Medians, milliseconds. */
  readonly ours: number;
  readonly theirs: number;
  /** Median of the ratios of the pairs: what a slow moment of the machine does to both cancels out. */
  readonly ratio: number;
  /** Median of what ours took longer in each pair, milliseconds. */
  readonly difference: number;
  /** Ratio of the shortest times: what others did on the machine has added to neither. */
  readonly leastRatio: number;
}

/** Measures two things in turn, in changing order, after one round that does not count. */
export async function comparePairs(
  rounds: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<Pair> {
  const pairs: { readonly ours: number; readonly theirs: number }[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const first = round % 2 === 0 ? await ours() : null;
    const other = await theirs();
    const pair = { ours: first ?? (await ours()), theirs: other };
    if (round >= 0) pairs.push(pair);
  }
  return {
    ours: median(pairs.map((pair) => pair.ours)),
    theirs: median(pairs.map((pair) => pair.theirs)),
    ratio: median(pairs.map((pair) => pair.ours / pair.theirs)),
    difference: median(pairs.map((pair) => pair.ours - pair.theirs)),
    leastRatio: Math.min(...pairs.map((pair) => pair.ours)) / Math.min(...pairs.map((pair) => pair.theirs)),
  };
}
