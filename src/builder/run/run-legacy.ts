import type { Environment } from '../../model/index.ts';
import { buildkitAsked } from '../nodes/builder-choice.ts';
import { type Interruptions, runChild } from '../programs/child-process.ts';
import { locateProgram, programFolders } from '../programs/programs.ts';
import type { KeptInput } from '../programs/stdin-keeper.ts';

/** A build by Docker's old builder, which needs no buildx and knows nothing of source policies. */
export interface LegacyRun {
  /** Absolute. */
  readonly docker: string;
  readonly environment: Environment;
  /** What the user gave after `build`. */
  readonly args: readonly string[];
  readonly stdin: 'inherit' | KeptInput;
  readonly interruptions: Interruptions;
}

/**
 * The docker CLI that would build without buildx; null where it is not on PATH, or would refuse because DOCKER_BUILDKIT asks for what
 * only buildx can do (docker/cli, cmd/docker/builder.go: processBuilder).
 */
export async function legacyDocker(environment: Environment): Promise<string | null> {
  if (!['legacy', 'nothing'].includes(buildkitAsked(environment))) return null;
  return await locateProgram(environment, 'docker');
}

/**
 * Runs `docker build` as Docker does where there is no buildx; gives its exit status.
 * @throws VerifyError `builder.unavailable` where docker cannot be started
 */
export async function runLegacyBuild({ docker, environment, args, stdin, interruptions }: LegacyRun): Promise<number> {
  return await runChild({
    program: docker,
    args: [...environment.dockerFlags, 'build', ...args],
    environment,
    // said in so many words, so that no alias leads back to us
    variables: { ...environment.variables, PATH: programFolders(environment), DOCKER_BUILDKIT: '0' },
    stdin,
    interruptions,
  });
}
