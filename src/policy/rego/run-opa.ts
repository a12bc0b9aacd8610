import { spawn } from 'node:child_process';
import type { Environment } from '../../model/index.ts';

/** How an evaluation ended: `status` is null where the program was ended for its time or output, `reason` then says which. */
export type OpaEnd =
  | { readonly status: number; readonly stdout: string }
  | { readonly status: null; readonly reason: string };

const mostOutput = 1 << 20;
const mostTime = 10_000;

/** What an own variable of Windows is needed for to start any program there; nothing else of ours is handed on, for Rego can read it. */
function variablesFor({ platform, variables }: Environment): NodeJS.ProcessEnv {
  if (platform !== 'win32') return {};
  const root = variables['SystemRoot'];
  return root === undefined ? {} : { SystemRoot: root };
}

/**
 * Runs opa in a folder, at most 10 s and 1 MiB of output, without our environment.
 * @param input goes to its standard input
 */
export function runOpa(
  program: string,
  args: readonly string[],
  where: { readonly folder: string; readonly environment: Environment; readonly signal: AbortSignal },
  input = '',
): Promise<OpaEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: where.folder,
      env: variablesFor(where.environment),
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
      killSignal: 'SIGKILL',
      signal: where.signal,
      timeout: mostTime,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= mostOutput) chunks.push(chunk);
      else child.kill('SIGKILL');
    });
    child.stdin.on('error', () => undefined).end(input); // one that ends before it has read all says so by its status
    child.once('error', (error) => resolve({ status: null, reason: `opa cannot be run: ${error.message}` }));
    child.once('close', (status) => {
      if (size > mostOutput) resolve({ status: null, reason: `opa answers more than ${mostOutput} bytes` });
      else if (status === null) resolve({ status: null, reason: `opa was ended: it has ${mostTime / 1_000} seconds` });
      else resolve({ status, stdout: Buffer.concat(chunks).toString('utf8') });
    });
  });
}
