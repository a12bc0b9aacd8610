import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, type RunningLab, run } from '../lab/running-lab.ts';
import type { Cast } from './cast.ts';
import { castPolicy } from './members.ts';
import type { Stage } from './stage.ts';

/** What is attacked: the executable; with a policy that lets everything in; or nothing but plain buildx. The last two are controls. */
export type Guard = 'on' | 'open' | 'none';

/** Everything that an attack needs. Caches and state are the runs' own, and shared by them. */
export interface Bed {
  readonly lab: RunningLab;
  readonly executable: string;
  readonly cast: Cast;
  readonly stage: Stage;
  readonly guard: Guard;
  readonly home: string;
}

/** What must not be: which case it was, what, and all that is needed to see why. */
export interface Find {
  readonly case: number;
  readonly what: string;
  readonly detail: string;
}

/** A run of the executable or of buildx, and how long it took. */
export interface Run extends Outcome {
  readonly words: readonly string[];
  readonly milliseconds: number;
}

/** Milliseconds after which a run counts as endless. */
const longest = 90_000;
const contract = new Set([0, 10, 11, 64, 65, 78]);

/** The engines of the lab. */
export function enginesOf(lab: RunningLab): readonly [string, ...string[]] {
  return lab.secondDockerHost === null ? [lab.dockerHost] : [lab.dockerHost, lab.secondDockerHost];
}

/** Runs `use` in a new project that holds the policy and what it trusts; the folder is removed afterwards. */
export async function inProject<T>({ lab, cast, guard }: Bed, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'attack-project-'));
  try {
    await copyFile(lab.keys.acme.publicKey, join(folder, 'acme.pub'));
    await writeFile(join(folder, 'root.pem'), cast.notationRoot);
    await writeFile(join(folder, 'docker-verify.yaml'), castPolicy(guard === 'open'));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the executable, or with the guard `none` buildx, on an engine. */
export async function runTool(
  { lab, executable, guard, home }: Bed,
  words: readonly string[],
  options: { readonly cwd: string; readonly engine: string; readonly stdin?: Uint8Array },
): Promise<Run> {
  const env = {
    DOCKER_HOST: options.engine,
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_STATE_HOME: join(home, 'state'),
    DOCKER_VERIFY_TIMEOUT: '30s',
  };
  const begun = Date.now();
  const [program, all] = guard === 'none' ? [lab.docker, ['buildx', ...words]] : [executable, words];
  const { engine: _, ...rest } = options;
  const outcome = await run(lab, program, all, { ...rest, env, timeout: longest });
  return { ...outcome, words, milliseconds: Date.now() - begun };
}

/** What is wrong with how a run ended, whatever it was about; null where nothing is. `built`: the builder's own failures are its own. */
export function misbehaviour({ status, stdout, stderr, milliseconds }: Run, built: boolean): string | null {
  if (milliseconds >= longest) return 'no end';
  if (status === 70 || stderr.includes('internal error')) return 'internal error';
  if (/^\s+at (?:.+ \()?(?:node:|file:|app\.cjs|\/)[^\n]*:\d+:\d+\)?$/m.test(`${stdout}\n${stderr}`))
    return 'stack trace';
  if (status === 12) return 'used what was not verified, by its own audit';
  if (!contract.has(status) && !(built && status === 1)) return `status ${status}`;
  if (!built && /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(`${stdout}${stderr}`))
    return 'control characters';
  return /^::/m.test(stdout) || /^::/m.test(stderr) ? 'a command to what keeps the log' : null;
}

/** A file that is there, or null. */
export async function readIfThere(path: string): Promise<string | null> {
  return await readFile(path, 'utf8').catch(() => null);
}
