import {
  createEngine,
  type DockerEndpoint,
  type Engine,
  locateProgram,
  resolveDockerContext,
} from '../../builder/index.ts';
import type { Session } from './session.ts';

/** The Docker engine that the person's context names, asked only when something turns on it. */
export interface LocalEngine {
  endpoint(): Promise<DockerEndpoint>;
  engine(): Promise<Engine>;
}

/**
 * A client for the engine at an endpoint.
 * @param timeout how long an answer is waited for, milliseconds; left out: as long as the client does
 */
export async function openEngine(
  { environment }: Session,
  endpoint: DockerEndpoint,
  timeout?: number,
): Promise<Engine> {
  const docker = await locateProgram(environment, 'docker');
  const bound = timeout === undefined ? {} : { timeout };
  return createEngine(endpoint, { docker, variables: environment.variables, ...bound });
}

/** Nothing is read or connected to before the first question. */
export function localEngine(session: Session): LocalEngine {
  let endpoint: Promise<DockerEndpoint> | null = null;
  let engine: Promise<Engine> | null = null;
  const askEndpoint = (): Promise<DockerEndpoint> => {
    endpoint ??= resolveDockerContext(session.environment);
    return endpoint;
  };
  const open = async (): Promise<Engine> => openEngine(session, await askEndpoint());
  return {
    endpoint: askEndpoint,
    engine: () => {
      engine ??= open();
      return engine;
    },
  };
}
