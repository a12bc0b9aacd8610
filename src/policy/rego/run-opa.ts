import { type Environment, runBounded } from '../../model/index.ts';

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
export async function runOpa(
  program: string,
  args: readonly string[],
  where: { readonly folder: string; readonly environment: Environment; readonly signal: AbortSignal },
  input = '',
): Promise<OpaEnd> {
  const { folder, signal } = where;
  const variables = variablesFor(where.environment);
  const end = await runBounded({
    program,
    args,
    folder,
    variables,
    signal,
    input,
    limit: mostOutput,
    timeout: mostTime,
  });
  if (end.kind === 'ended') return { status: end.status, stdout: end.stdout.toString('utf8') };
  if (end.kind === 'unstarted') return { status: null, reason: `opa cannot be run: ${end.cause.message}` };
  if (end.by === 'output') return { status: null, reason: `opa answers more than ${mostOutput} bytes` };
  return { status: null, reason: `opa was ended: it has ${mostTime / 1_000} seconds` };
}
