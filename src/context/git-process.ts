import { type ChildProcess, spawn } from 'node:child_process';
// to end a group of processes there is nothing else; of our own process nothing is read
import { kill as sendSignal } from 'node:process';
import type { Environment } from '../model/index.ts';
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

function end(child: ChildProcess, hasGroup: boolean): void {
  if (child.pid === undefined) return;
  try {
    if (hasGroup) sendSignal(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // it has ended meanwhile
  }
}

/** The last line that says something, without what looks like credentials. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.replace(/^(?:fatal|error): /, '').trim());
  const last = lines.findLast((line) => line !== '') ?? 'it says nothing';
  return last.replace(/:\/\/[^\s/@]*@/g, '://').slice(0, 200);
}

/**
 * Runs git without standard input and gives what it prints.
 * @throws Unread where it fails, prints more than the limit, or the signal fires
 */
export function runGit(run: GitRun): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (run.signal.aborted) {
      reject(new Unread('there was no time left'));
      return;
    }
    // a group of its own: without a terminal nothing can ask for a password, and its helpers end with it
    const hasGroup = run.platform !== 'win32';
    const child = spawn(run.program, [...run.options, ...run.args], {
      cwd: run.folder,
      env: run.variables,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: hasGroup,
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let said = '';
    let refusal: string | null = null;
    const refuse = (reason: string): void => {
      refusal ??= reason;
      end(child, hasGroup);
    };
    const onAbort = (): void => refuse(`git ${run.args[0] ?? ''} took too long, or was cancelled`);
    run.signal.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= run.limit) chunks.push(chunk);
      else refuse(`git ${run.args[0] ?? ''} answers more than ${run.limit} bytes`);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
    });
    const settle = (finish: () => void): void => {
      run.signal.removeEventListener('abort', onAbort);
      finish();
    };
    child.once('error', (cause) => settle(() => reject(new Unread('git cannot be started', { cause }))));
    child.once('close', (status) =>
      settle(() => {
        if (refusal !== null) reject(new Unread(refusal));
        else if (status === 0) resolve(Buffer.concat(chunks));
        else reject(new Unread(`git says: ${lastWords(said)}`));
      }),
    );
  });
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
