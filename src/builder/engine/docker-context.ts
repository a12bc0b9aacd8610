import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import {
  type Environment,
  isMissingFile,
  readBoundedFile,
  recordAt,
  textOr,
  tryParseJson,
  VerifyError,
} from '../../model/index.ts';
import { readDockerConfiguration } from '../programs/docker-configuration.ts';
import { type DockerFlags, parseDockerFlags } from '../programs/docker-flags.ts';
import { parseEngineHost } from './engine-host.ts';

const largestFile = 1024 * 1024;

/** Certificates for a connection by TLS, PEM; null where there is none. */
export interface EngineTls {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  /** Whether the engine's certificate is not to be checked, because the user said so to Docker. */
  readonly skipVerify: boolean;
}

/** The engine that Docker's CLI would speak to. */
export interface DockerEndpoint {
  /** The name of the Docker context; `default` where a host was given or nothing was said. It names the docker driver's builder too. */
  readonly context: string;
  /** For instance `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2376`, `ssh://me@host`. */
  readonly host: string;
  readonly tls: EngineTls | null;
  /** Whether the engine runs on this machine, as far as its address tells. */
  readonly local: boolean;
}

function contextName(flags: DockerFlags, environment: Environment, current: string | null): string {
  if (flags.context !== null) return flags.context;
  if (flags.host !== null || (environment.variables['DOCKER_HOST'] ?? '') !== '') return 'default';
  const variable = environment.variables['DOCKER_CONTEXT'] ?? '';
  return variable === '' ? (current ?? 'default') : variable;
}

function unreadable(what: string, cause: unknown): VerifyError {
  return new VerifyError('builder.unavailable', `${what} cannot be read: ${(cause as Error).message}`, {
    hint: 'see `docker context ls`, or the TLS options that you gave to docker',
    cause,
  });
}

async function readPem(path: string, { optional }: { readonly optional: boolean }): Promise<string | null> {
  try {
    const bytes = await readBoundedFile(path, largestFile);
    if (bytes !== null) return bytes.toString('utf8');
    if (optional) return null;
  } catch (cause) {
    if (!isMissingFile(cause)) throw unreadable(path, cause);
  }
  throw unreadable(path, new Error('no such file'));
}

/** TLS as the flags and variables ask for it (docker/cli, ClientOptions.SetDefaultOptions). */
async function defaultTls(flags: DockerFlags, environment: Environment): Promise<EngineTls | null> {
  const { variables } = environment;
  const verify = flags.tlsVerify ?? (variables['DOCKER_TLS_VERIFY'] ?? '') !== '';
  const wanted = flags.tlsVerify !== null || verify || (flags.tls ?? (variables['DOCKER_TLS'] ?? '') !== '');
  if (!wanted) return null;
  const given = variables['DOCKER_CERT_PATH'] ?? '';
  const folder = given === '' ? environment.dockerConfigDirectory : given;
  const at = (flag: string | null, name: string): string =>
    resolve(environment.workingDirectory, flag ?? join(folder, name));
  return {
    ca: await readPem(at(flags.caFile, 'ca.pem'), { optional: !verify && flags.caFile === null }),
    cert: await readPem(at(flags.certFile, 'cert.pem'), { optional: flags.certFile === null }),
    key: await readPem(at(flags.keyFile, 'key.pem'), { optional: flags.keyFile === null }),
    skipVerify: !verify,
  };
}

async function storedEndpoint(environment: Environment, name: string): Promise<DockerEndpoint> {
  const identifier = createHash('sha256').update(name).digest('hex');
  const contexts = join(environment.dockerConfigDirectory, 'contexts');
  const bytes = await readBoundedFile(join(contexts, 'meta', identifier, 'meta.json'), largestFile).catch(
    (cause: unknown) => Promise.reject(unreadable(`Docker context "${name}"`, cause)),
  );
  const endpoint = recordAt(bytes === null ? null : tryParseJson(bytes.toString('utf8')), 'Endpoints', 'docker');
  const host = textOr(endpoint['Host'], null);
  if (host === null) {
    throw new VerifyError(
      'builder.unavailable',
      `Docker context "${name}" ${bytes === null ? 'does not exist' : 'names no engine'}`,
      {
        hint: 'see `docker context ls`; `docker context use default` goes back to the local engine',
      },
    );
  }
  const pem = (file: string): Promise<string | null> =>
    readPem(join(contexts, 'tls', identifier, 'docker', file), { optional: true });
  const tls = { ca: await pem('ca.pem'), cert: await pem('cert.pem'), key: await pem('key.pem') };
  const skipVerify = endpoint['SkipTLSVerify'] === true;
  const present = skipVerify || tls.ca !== null || tls.cert !== null || tls.key !== null;
  const parsed = parseEngineHost(host, environment.platform);
  return { context: name, host: parsed.host, local: parsed.local, tls: present ? { ...tls, skipVerify } : null };
}

/**
 * Finds the engine exactly as Docker's CLI does (docker/cli, cli/command/cli.go: resolveContextName, getDockerEndPoint):
 * `--context`, `--host`, `DOCKER_HOST`, `DOCKER_CONTEXT`, config.json's `currentContext`, the default.
 * @throws VerifyError `usage.invalid`, `config.invalid`, `builder.unavailable`
 */
export async function resolveDockerContext(environment: Environment): Promise<DockerEndpoint> {
  const flags = parseDockerFlags(environment.dockerFlags);
  const configuration = await readDockerConfiguration(environment);
  const name = contextName(flags, environment, configuration.currentContext);
  if (name !== 'default') return storedEndpoint(environment, name);
  const tls = await defaultTls(flags, environment);
  const written = flags.host ?? environment.variables['DOCKER_HOST'] ?? '';
  const parsed = parseEngineHost(written, environment.platform, { tls: tls !== null });
  return { context: 'default', host: parsed.host, local: parsed.local, tls };
}
