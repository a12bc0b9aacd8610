import { Agent } from 'node:https';
import type { DockerOptions } from 'dockerode';
import { VerifyError } from '../../model/index.ts';
import type { DockerEndpoint } from './docker-context.ts';
import { SshAgent } from './ssh-agent.ts';

interface Transport {
  /** Absolute path of the docker CLI, for ssh; null where there is none. */
  readonly docker: string | null;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

// docker-modem fills what is not given from the process's own environment; each of these must be said for that not to happen
const nothing = {
  host: undefined,
  port: undefined,
  socketPath: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  username: undefined,
  timeout: undefined,
  pathPrefix: '/',
  protocol: 'http',
};

function tcpOptions(endpoint: DockerEndpoint): Record<string, unknown> {
  const url = new URL(endpoint.host.replace(/^tcp:/, 'http:'));
  const written = /:(\d+)(?:\/|$)/.exec(endpoint.host)?.[1] ?? '2375';
  const common = { host: url.hostname, port: written };
  const { tls } = endpoint;
  if (tls === null) return common;
  const files = { ca: tls.ca ?? undefined, cert: tls.cert ?? undefined, key: tls.key ?? undefined };
  // said either way, or NODE_TLS_REJECT_UNAUTHORIZED would decide
  const agent = new Agent({ ...files, rejectUnauthorized: !tls.skipVerify });
  return { ...common, ...files, protocol: 'https', agent };
}

/**
 * Options for dockerode that lead to this endpoint and nowhere else, whatever the process's environment says.
 * @throws VerifyError `builder.unavailable` where ssh is asked for and there is no docker CLI to go through
 */
export function modemOptions(endpoint: DockerEndpoint, transport: Transport): DockerOptions {
  const { host } = endpoint;
  let specific: Record<string, unknown>;
  if (host.startsWith('unix://')) specific = { socketPath: host.slice('unix://'.length) };
  else if (host.startsWith('npipe://')) specific = { socketPath: host.slice('npipe://'.length) };
  else if (host.startsWith('ssh://')) {
    if (transport.docker === null) {
      throw new VerifyError(
        'builder.unavailable',
        'an engine behind ssh is reached through the docker CLI, which is not on PATH',
        {
          hint: 'install the docker CLI, or name the engine by another address',
        },
      );
    }
    specific = { host: 'docker', port: 80, agent: new SshAgent(transport.docker, host, transport.variables) };
  } else specific = tcpOptions(endpoint);
  // a cast: dockerode's type does not know that undefined keeps its defaults away
  return { ...nothing, ...specific } as DockerOptions;
}
