import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Environment, parseBoundedJson, readBoundedInput, VerifyError } from '../../model/index.ts';
import { bounds } from '../transport/bounds.ts';
import { type Asking, askCredentialHelper, type Credential } from './credential-helper.ts';
import { type DockerConfig, dockerConfigSchema, type StoredAuth } from './docker-config-schema.ts';
import { readScopedConfigs, type ScopedConfig, scopedFolder } from './scoped-credentials.ts';

const hubKey = 'https://index.docker.io/v1/';

/** Where credentials are learnt; asked only once a registry has said 401. */
export interface CredentialSource {
  /**
   * What is stored for a registry, by its name as in an image reference, and for one of its repositories. Null for nothing.
   * @throws VerifyError `credentials.failed` or `config.invalid`
   */
  credentialFor(registry: string, repository: string): Promise<Credential | null>;
}

function parseConfig(text: string, file: string): DockerConfig {
  const refuse = (reason: string): VerifyError =>
    // The cause is left out: a parser's message may quote the file, and the file holds secrets.
    new VerifyError('config.invalid', `${file} ${reason}`, {
      hint: 'correct the file, or run "docker login" again',
      place: { file },
    });
  let value: unknown;
  try {
    value = parseBoundedJson(text);
  } catch {
    throw refuse('is not valid JSON');
  }
  const parsed = dockerConfigSchema.safeParse(value);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw refuse(where === '' ? 'is no JSON object' : `is not valid: ${where} has the wrong type`);
  }
  return parsed.data;
}

async function readConfig(folder: string): Promise<DockerConfig> {
  const file = join(folder, 'config.json');
  try {
    if ((await stat(file)).size > bounds.dockerConfig) {
      throw new VerifyError('config.invalid', `${file} is larger than any Docker configuration`, { place: { file } });
    }
    return parseConfig((await readBoundedInput(file, bounds.dockerConfig)).toString('utf8'), file);
  } catch (error) {
    if (error instanceof VerifyError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new VerifyError('config.invalid', `${file} cannot be read`, { place: { file }, cause: error });
  }
}

/** The host in a key of `auths`, which may be a URL with a path of old. */
function hostOfKey(key: string): string {
  return (key.replace(/^https?:\/\//, '').split('/')[0] ?? '').toLowerCase();
}

function fromEntry(entry: StoredAuth): Credential | null {
  const decoded = entry.auth ? Buffer.from(entry.auth, 'base64').toString('utf8') : '';
  const colon = decoded.indexOf(':');
  if (entry.registrytoken) return { username: '', secret: entry.registrytoken, kind: 'registry-token' };
  const username = entry.username || (colon < 0 ? '' : decoded.slice(0, colon));
  if (entry.identitytoken) return { username, secret: entry.identitytoken, kind: 'identity-token' };
  const secret = entry.password || (colon < 0 ? '' : decoded.slice(colon + 1).replace(/\x00+$/, ''));
  return secret === '' || username === '' ? null : { username, secret, kind: 'password' };
}

function fromAuths(auths: NonNullable<DockerConfig['auths']>, key: string): Credential | null {
  const exact = Object.hasOwn(auths, key) ? auths[key] : undefined;
  const entry = exact ?? Object.entries(auths).find(([each]) => hostOfKey(each) === hostOfKey(key))?.[1];
  return entry ? fromEntry(entry) : null;
}

async function lookUp(config: DockerConfig, registry: string, asking: Asking): Promise<Credential | null> {
  const hub = ['docker.io', 'index.docker.io'].includes(registry.toLowerCase());
  const key = hub ? hubKey : registry;
  const helpers = config.credHelpers ?? {};
  // Docker looks for a helper of Docker Hub under the URL; people also write its name.
  const names = hub ? [hubKey, 'index.docker.io', 'docker.io'] : [registry];
  const name = names.find((each) => Object.hasOwn(helpers, each));
  const helper = (name === undefined ? undefined : helpers[name]) ?? config.credsStore;
  if (helper) return askCredentialHelper(helper, key, asking);
  return fromAuths(config.auths ?? {}, key);
}

/**
 * The credentials of Docker's config.json, and before them those that buildx keeps for single repositories: `credHelpers`, `credsStore`, `auths`, and before them `DOCKER_AUTH_CONFIG`, as Docker's CLI reads them.
 * Each registry is asked for once in a run; `signal` ends the waiting for a helper.
 */
export function dockerCredentials(environment: Environment, signal: AbortSignal): CredentialSource {
  const asking = { environment, signal };
  let config: Promise<DockerConfig> | null = null;
  let scoped: Promise<readonly ScopedConfig[]> | null = null;
  const found = new Map<string, Promise<Credential | null>>();
  const find = async (registry: string, folder: string | null): Promise<Credential | null> => {
    if (folder !== null) return lookUp(await readConfig(folder), registry, asking);
    const inline = environment.variables['DOCKER_AUTH_CONFIG'];
    if (inline) {
      const own = await lookUp({ auths: parseConfig(inline, 'DOCKER_AUTH_CONFIG').auths }, registry, asking);
      if (own !== null) return own;
    }
    config ??= readConfig(environment.dockerConfigDirectory);
    return lookUp(await config, registry, asking);
  };
  return {
    async credentialFor(registry, repository) {
      scoped ??= readScopedConfigs(environment);
      const folder = scopedFolder(await scoped, registry, repository);
      const key = `${registry} ${folder ?? ''}`;
      let known = found.get(key);
      if (known === undefined) {
        known = find(registry, folder);
        found.set(key, known);
      }
      return await known;
    },
  };
}
