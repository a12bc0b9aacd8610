import { type Environment, runBounded, withoutCredentials } from '../model/index.ts';
import { Unread } from './unread.ts';

/** One run of git. */
export interface GitRun {
  /** Absolute. */
  readonly program: string;
  /** What stands before the command. */
  readonly options: readonly string[];
  /** The command and what it is given. */
  readonly args: readonly string[];
  readonly folder: string;
  readonly variables: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Bytes of standard output that are allowed. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** The last line that says something, without what looks like credentials. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.replace(/^(?:fatal|error): /, '').trim());
  const last = lines.findLast((line) => line !== '') ?? 'it says nothing';
  return withoutCredentials(last).slice(0, 200);
}

/**
 * Runs git without standard input and gives what it prints.
 * @throws Unread where it fails, prints more than the limit, or the signal fires
 */
export async function runGit(run: GitRun): Promise<Buffer> {
  const { program, folder, variables, limit, signal } = run;
  if (signal.aborted) throw new Unread('there was no time left');
  const args = [...run.options, ...run.args];
  const hasGroup = run.platform !== 'win32';
  const end = await runBounded({ program, args, folder, variables, limit, signal, hasGroup, errorLimit: 4000 });
  if (end.kind === 'unstarted') throw new Unread('git cannot be started', { cause: end.cause });
  const command = `git ${run.args[0] ?? ''}`;
  if (end.kind === 'ended') {
    if (end.status === 0) return end.stdout;
    throw new Unread(`git says: ${lastWords(end.stderr)}`);
  }
  if (end.by === 'output') throw new Unread(`${command} answers more than ${limit} bytes`);
  if (end.by === 'killed') throw new Unread(`${command} was killed`);
  throw new Unread(`${command} took too long, or was cancelled`);
}

/** The user's variables without those that tell git what to run, where to look or whom to ask; PATH without the current folder. */
export function plainVariables(environment: Environment, path: string): NodeJS.ProcessEnv {
  const kept = Object.entries(environment.variables).filter(
    ([name]) => !/^(?:GIT_.*|SSH_ASKPASS.*|GCM_.*|PATH)$/i.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    PATH: path,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
    GCM_INTERACTIVE: 'never',
    GIT_LITERAL_PATHSPECS: '1',
  };
}
