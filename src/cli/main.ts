import { composeInPlace } from '../gate/index.ts';
import { leadingDockerFlags, type PluginCall, parsePluginArguments, standsInForCompose } from '../plugin/index.ts';
import { runningExecutable } from './command-context.ts';
import type { CallContext } from './command-row.ts';
import { describeError } from './describe-error.ts';
import { dispatch } from './dispatch.ts';
import { readEnvironment } from './environment.ts';
import { exitStatus } from './exit-status.ts';
import { errorWidth, openStreams, writeError } from './streams.ts';
import { watchInterruptions } from './terminal/interruptions.ts';

/** The path that we were started under: as `docker-verify-build`, `docker-buildx` or `docker-compose` we are something else. */
function startedAs(): string {
  return process.argv0;
}

function isDebug(dockerFlags: readonly string[]): boolean {
  return dockerFlags.some((flag) => /^(?:-D|--debug)(?:=(?:1|t|true))?$/i.test(flag));
}

async function run(variables: NodeJS.ProcessEnv): Promise<number> {
  let call: PluginCall | null = null;
  const watch = watchInterruptions(variables['DOCKER_CLI_PLUGIN_SOCKET']);
  try {
    if (standsInForCompose(startedAs())) {
      const args = process.argv.slice(2);
      const environment = readEnvironment(variables, leadingDockerFlags(args));
      return await composeInPlace(environment, runningExecutable(), args, watch.interruptions);
    }
    call = parsePluginArguments(process.argv.slice(2), startedAs());
    const context: CallContext = {
      environment: readEnvironment(variables, call.dockerFlags),
      debug: isDebug(call.dockerFlags),
      intercepted: call.role === 'buildx',
      watch,
    };
    return await dispatch(context, call);
  } catch (error) {
    if (watch.cancelled.aborted) return exitStatus.cancelled;
    const { text, status } = describeError(error, { debug: isDebug(call?.dockerFlags ?? []), width: errorWidth() });
    writeError(text);
    return status;
  } finally {
    watch.stop();
  }
}

/**
 * The whole program but for Docker's handshake. Sets the exit status and never throws.
 * @param variables the environment as it was given, also what the first stage took out of `process.env`
 * @param isDirect whether output goes past Node's streams where it can (`openStreams`)
 */
export async function main(variables: NodeJS.ProcessEnv = process.env, isDirect = false): Promise<void> {
  openStreams((error) => describeError(error, { width: errorWidth() }), isDirect);
  process.exitCode = await run(variables);
  // once nothing is left to do: an exit leaves the memory to the kernel, where a natural end would take it apart first
  process.once('beforeExit', () => process.exit());
}
