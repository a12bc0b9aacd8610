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

/** Nothing is read or connected to before the first question. */
export function localEngine(session: Session): LocalEngine {
  let endpoint: Promise<DockerEndpoint> | null = null;
  let engine: Promise<Engine> | null = null;
  const askEndpoint = (): Promise<DockerEndpoint> => {
    endpoint ??= resolveDockerContext(session.environment);
    return endpoint;
  };
  const open = async (): Promise<Engine> => {
    const docker = await locateProgram(session.environment, 'docker');
    return createEngine(await askEndpoint(), { docker, variables: session.environment.variables });
  };
  return {
    endpoint: askEndpoint,
    engine: () => {
      engine ??= open();
      return engine;
    },
  };
}
