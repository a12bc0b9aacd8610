import { spawn } from 'node:child_process';

/** How a program ended, and the last of what it wrote. */
export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** What gets all of its output as it comes. */
  readonly echo?: (text: string) => void;
}

/** No more of each stream is kept: 1 MiB. */
const mostKept = 1024 * 1024;

/**
 * Runs a program without a shell.
 * @throws Error where it cannot be started
 */
export async function runProgram(
  program: string,
  parameters: readonly string[],
  { cwd, env, echo }: ProgramOptions,
): Promise<Ended> {
  const child = spawn(program, parameters, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const kept = { out: '', err: '' };
  for (const [name, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      echo?.(text);
      kept[name] = (kept[name] + text).slice(-mostKept);
    });
  }
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ status: code ?? 1, ...kept }));
  });
}
