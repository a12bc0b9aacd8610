import type Dockerode from 'dockerode';
import {
  type Digest,
  formatPlatform,
  isDigest,
  isRecord,
  platformOf,
  recordAt,
  systemCode,
  textOr,
  textsOf,
  VerifyError,
  withoutCredentials,
} from '../../model/index.ts';
import type { DockerEndpoint } from './docker-context.ts';
import { modemOptions } from './engine-connection.ts';

/** What an engine says of itself. */
export interface EngineVersion {
  readonly version: string;
  readonly apiVersion: string;
  /** `os/architecture`, normalised. */
  readonly platform: string;
}

export interface EngineInfo extends EngineVersion {
  /** Hosts and networks (CIDR) that the engine reaches without TLS. */
  readonly insecureRegistries: readonly string[];
  /** Mirrors of Docker Hub, URLs. */
  readonly registryMirrors: readonly string[];
  /** Whether images live in containerd's store, where a local image has a manifest digest. */
  readonly containerdStore: boolean;
  readonly storageDriver: string;
}

/** An image of the engine's own store. */
export interface LocalImage {
  /** The configuration's digest on the classic store, the manifest's or index's on containerd's. */
  readonly id: string;
  /** Digests that registries know it by, as `repository@sha256:…`. */
  readonly repoDigests: readonly string[];
  /** What the containerd store keeps under this name; null on the classic store. */
  readonly digest: Digest | null;
  /** `os/architecture[/variant]`, normalised; null where the engine does not say. */
  readonly platform: string | null;
  readonly onbuild: readonly string[];
  /** The digests of its layers' contents, the lowest first. */
  readonly diffIds: readonly string[];
}

/** A Docker engine, asked over its API. Every request is bounded in time; a daemon that cannot be reached is `builder.unavailable`. */
export interface Engine {
  version(): Promise<EngineVersion>;
  info(): Promise<EngineInfo>;
  /** The local image of this name or digest; null where the store has none. */
  inspectImage(name: string): Promise<LocalImage | null>;
  /** The image that a container runs, as it was named and by its identifier; null where there is no such container. */
  containerImage(container: string): Promise<{ readonly name: string; readonly id: string } | null>;
}

export interface EngineOptions {
  /** Absolute path of the docker CLI, for ssh; null where there is none. */
  readonly docker: string | null;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** For each request, in milliseconds. */
  readonly timeout?: number;
}

const standardTimeout = 15_000;

function statusOf(error: unknown): number | null {
  return isRecord(error) && typeof error['statusCode'] === 'number' ? error['statusCode'] : null;
}

/** What the system says of a connection that did not come about, in words where it has but a code. */
function faultOf(error: Error): string {
  const code = systemCode(error);
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such socket',
    ECONNREFUSED: 'nothing listens there',
    EACCES: 'permission denied',
  };
  const known = words[code];
  return known === undefined ? error.message.trim() : `${known} (${code})`;
}

function unavailable(endpoint: DockerEndpoint, error: unknown, timeout: number): VerifyError {
  const late = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
  const reason = late ? `no answer within ${timeout / 1000} seconds` : faultOf(error as Error);
  return new VerifyError(
    'builder.unavailable',
    `cannot reach the Docker engine at ${withoutCredentials(endpoint.host)}: ${reason}`,
    {
      hint:
        endpoint.context === 'default'
          ? 'is the daemon running, and is DOCKER_HOST right?'
          : `is the daemon of the context "${endpoint.context}" running? See \`docker context ls\``,
      cause: error,
    },
  );
}

function versionFrom(raw: unknown): EngineVersion {
  const record = recordAt(raw);
  const platform = platformOf(textOr(record['Os'], 'linux'), textOr(record['Arch'], 'amd64'));
  return {
    version: textOr(record['Version'], ''),
    apiVersion: textOr(record['ApiVersion'], ''),
    platform: platform === null ? 'linux/amd64' : formatPlatform(platform),
  };
}

const machineNames: Readonly<Record<string, string>> = { armv7l: 'arm', armv6l: 'arm', i686: '386' };

function infoFrom(raw: unknown): EngineInfo {
  const record = recordAt(raw);
  const registries = recordAt(record, 'RegistryConfig');
  const insecureHosts = Object.entries(recordAt(registries, 'IndexConfigs')).flatMap(([host, entry]) =>
    recordAt(entry)['Secure'] === false ? [host] : [],
  );
  const status = Array.isArray(record['DriverStatus']) ? record['DriverStatus'] : [];
  const machine = textOr(record['Architecture'], 'amd64');
  const platform = platformOf(textOr(record['OSType'], 'linux'), machineNames[machine] ?? machine);
  return {
    version: textOr(record['ServerVersion'], ''),
    apiVersion: '',
    platform: platform === null ? 'linux/amd64' : formatPlatform(platform),
    insecureRegistries: [...insecureHosts, ...textsOf(registries['InsecureRegistryCIDRs'])],
    registryMirrors: textsOf(recordAt(registries, 'IndexConfigs', 'docker.io')['Mirrors'] ?? registries['Mirrors']),
    containerdStore: status.some((pair) => textsOf(pair)[1] === 'io.containerd.snapshotter.v1'),
    storageDriver: textOr(record['Driver'], ''),
  };
}

function imageFrom(raw: unknown): LocalImage {
  const record = recordAt(raw);
  const descriptor = textOr(recordAt(record, 'Descriptor')['digest'], null);
  const [os, architecture] = [textOr(record['Os'], 'unknown'), textOr(record['Architecture'], 'unknown')];
  const platform = platformOf(os, architecture, textOr(record['Variant'], ''));
  return {
    id: textOr(record['Id'], ''),
    repoDigests: textsOf(record['RepoDigests']),
    digest: isDigest(descriptor) ? descriptor : null,
    platform: platform === null ? null : formatPlatform(platform),
    onbuild: textsOf(recordAt(record, 'Config')['OnBuild']),
    diffIds: textsOf(recordAt(record, 'RootFS')['Layers']),
  };
}

/**
 * A client for the engine at `endpoint`. The library is loaded with the first question, since it is not small.
 * @throws VerifyError `builder.unavailable` from each question
 */
export function createEngine(endpoint: DockerEndpoint, options: EngineOptions): Engine {
  const timeout = options.timeout ?? standardTimeout;
  let client: Promise<Dockerode> | null = null;
  const connect = async (): Promise<Dockerode> => {
    const library = await import('dockerode');
    return new library.default(modemOptions(endpoint, options));
  };
  const ask = async <Answer>(
    question: (docker: Dockerode, abortSignal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> => {
    client ??= connect();
    const docker = await client;
    const abortSignal = AbortSignal.timeout(timeout);
    try {
      return await question(docker, abortSignal);
    } catch (error) {
      // dockerode reports an aborted request by the socket's own words
      throw abortSignal.aborted ? abortSignal.reason : error;
    }
  };
  const translated = <Answer>(promise: Promise<Answer>): Promise<Answer> =>
    promise.catch((error: unknown) =>
      Promise.reject(error instanceof VerifyError ? error : unavailable(endpoint, error, timeout)),
    );
  return {
    version: () => translated(ask(async (docker, signal) => versionFrom(await dial(docker, '/version', signal)))),
    info: () => translated(ask(async (docker, signal) => infoFrom(await dial(docker, '/info', signal)))),
    inspectImage: async (name) => {
      const raw = await translated(ask((docker, signal) => dialOptional(docker, `/images/${name}/json`, signal)));
      return raw === null ? null : imageFrom(raw);
    },
    containerImage: async (container) => {
      const path = `/containers/${encodeURIComponent(container)}/json`;
      const raw = await translated(ask((docker, signal) => dialOptional(docker, path, signal)));
      if (raw === null) return null;
      return { name: textOr(recordAt(raw, 'Config')['Image'], ''), id: textOr(recordAt(raw)['Image'], '') };
    },
  };
}

/** A GET whose 404 is an answer: null. */
async function dialOptional(docker: Dockerode, path: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await dial(docker, path, signal);
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/** A GET through dockerode's own transport: not all of its methods take a signal. */
function dial(docker: Dockerode, path: string, abortSignal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      { path, method: 'GET', abortSignal, statusCodes: { 200: true, 404: 'not found', 500: 'server error' } },
      (error: unknown, data: unknown) => {
        if (error === null || error === undefined) resolve(data);
        else reject(error instanceof Error ? error : new Error('the engine gave no answer'));
      },
    );
  });
}
