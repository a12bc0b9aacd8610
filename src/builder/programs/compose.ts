import { type Environment, isRecord, parseBoundedJson, runBounded, textOr, VerifyError } from '../../model/index.ts';
import { type Interruptions, runChild } from './child-process.ts';
import { locatePlugin, startingFolder } from './programs.ts';
import { isAtLeast } from './versions.ts';

const longestHandshake = 10_000;
const largestHandshake = 1024 * 1024;
const handshake = 'docker-cli-plugin-metadata';

/**
 * What makes compose build through buildx, where we are, and not with its own client of BuildKit nor with the legacy builder
 * (docker/compose, pkg/compose/build_bake.go: buildWithBake; docker/cli, cli/command: BuildKitEnabled). A variable that is set comes
 * before `.env`; where DOCKER_BUILDKIT is unset, Docker's alias for us says the same already.
 */
function throughBuildx(variables: Environment['variables']): Environment['variables'] {
  const legacy = (variables['DOCKER_BUILDKIT'] ?? '') === '' ? {} : { DOCKER_BUILDKIT: '1' };
  return { ...variables, ...legacy, COMPOSE_BAKE: 'true' };
}

/**
 * Runs the real docker-compose in whose place Docker started us, with the arguments as they are; gives its exit status.
 * @throws VerifyError `builder.unavailable` where there is none
 */
export async function runCompose(
  environment: Environment,
  own: string | null,
  args: readonly string[],
  interruptions: Interruptions,
): Promise<number> {
  const { real } = await locatePlugin(environment, 'docker-compose', own);
  if (real === null) {
    throw new VerifyError('builder.unavailable', 'docker-compose is not installed', {
      hint: 'install the compose plugin of Docker (package docker-compose-plugin or docker-compose)',
    });
  }
  const variables = throughBuildx(environment.variables);
  // `up` ends when its containers have, however long that takes
  return await runChild({ program: real, args, environment, variables, stdin: 'inherit', interruptions, grace: null });
}

async function metadataOf(program: string, environment: Environment): Promise<string> {
  const end = await runBounded({
    program,
    args: [handshake],
    folder: startingFolder(environment),
    variables: { ...environment.variables },
    limit: largestHandshake,
    timeout: longestHandshake,
  });
  return end.kind === 'ended' ? end.stdout.toString('utf8') : '';
}

/** Whether a docker-compose can build through buildx at all, as 2.31 and later do; null where its version says nothing. */
export async function composeUsesBuildx(program: string, environment: Environment): Promise<boolean | null> {
  try {
    const parsed = parseBoundedJson(await metadataOf(program, environment));
    return isAtLeast(textOr(isRecord(parsed) ? parsed['Version'] : null, ''), 2, 31);
  } catch {
    return null;
  }
}
