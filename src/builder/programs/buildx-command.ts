import { type BoundedEnd, type Environment, runBounded, VerifyError } from '../../model/index.ts';
import { type Programs, startingFolder } from './programs.ts';
import { feedKept, type KeptInput } from './stdin-keeper.ts';

const standardTimeout = 30_000;
const largestAnswer = 16 * 1024 * 1024;
const reexecution = 'DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND';

/** What a buildx that we start sees: the user's variables, and that it is a plugin, so that it takes Docker's global flags. */
export function buildxVariables(
  programs: Programs,
  environment: Environment,
  extra: Readonly<Record<string, string | undefined>>,
): NodeJS.ProcessEnv {
  const { variables } = environment;
  return { ...variables, [reexecution]: variables[reexecution] ?? programs.docker ?? 'docker', ...extra };
}

/** The arguments for a buildx that is started as a plugin: Docker's global flags, its name, its own arguments. */
export function buildxArguments(environment: Environment, args: readonly string[]): string[] {
  const [first = '', ...rest] = args;
  // Docker asks these of any plugin, before the plugin's name (docker/cli, cli-plugins/metadata; cobra's completion)
  if (first === 'docker-cli-plugin-metadata') return [...args];
  if (first === '__complete' || first === '__completeNoDesc') return [first, 'buildx', ...rest];
  return [...environment.dockerFlags, 'buildx', ...args];
}

/** What a short command of buildx answered. */
export interface BuildxAnswer {
  /** Null where it was ended by the time limit or could not be started. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The last line of what a command said, for a message. */
export function lastWords(stderr: string): string {
  return stderr.trim().split('\n').at(-1)?.slice(0, 500) ?? '';
}

export interface AskOptions {
  readonly variables?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string | KeptInput;
  /** Milliseconds. */
  readonly timeout?: number;
}

function failureOf(
  end: Exclude<BoundedEnd, { readonly kind: 'ended' }>,
  programs: Programs,
  command: string,
  timeout: number,
): VerifyError {
  if (end.kind === 'unstarted') {
    const reason = end.cause.message.split('\n')[0] ?? '';
    const message = `${programs.buildx} cannot be started: ${reason}`;
    return new VerifyError('builder.unavailable', message, { cause: end.cause });
  }
  switch (end.by) {
    case 'signal':
      return new VerifyError('cancelled', 'cancelled');
    case 'time':
      return new VerifyError('timeout', `buildx ${command} gave no answer within ${timeout / 1000} seconds`);
    case 'output':
      return new VerifyError('builder.unavailable', `buildx ${command} answers more than ${largestAnswer} bytes`);
    case 'killed':
      return new VerifyError('builder.unavailable', `buildx ${command} was killed`);
  }
}

/**
 * Runs buildx for an answer that we read ourselves, bounded in time and size. A status other than 0 is no error.
 * @throws VerifyError `builder.unavailable` where it cannot be started, `timeout`, `cancelled`
 */
export async function askBuildx(
  programs: Programs,
  environment: Environment,
  args: readonly string[],
  options: AskOptions = {},
): Promise<BuildxAnswer> {
  const { timeout = standardTimeout, stdin = '' } = options;
  const end = await runBounded({
    program: programs.buildx,
    args: buildxArguments(environment, args),
    folder: startingFolder(environment),
    // the user's own source policy and output variables are about builds, not about our questions
    variables: buildxVariables(programs, environment, {
      EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: undefined,
      BUILDKIT_PROGRESS: undefined,
      ...options.variables,
    }),
    limit: largestAnswer,
    errorLimit: largestAnswer,
    timeout,
    signal: programs.cancelled,
    input: typeof stdin === 'string' ? stdin : (target) => feedKept(stdin, target),
  });
  if (end.kind === 'ended') return { status: end.status, stdout: end.stdout.toString('utf8'), stderr: end.stderr };
  throw failureOf(end, programs, args[0] ?? '', timeout);
}
