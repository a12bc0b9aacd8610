import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Environment, parseBoundedJson, readBoundedInput, VerifyError } from '../../model/index.ts';
import { bounds } from '../transport/bounds.ts';
import { type Asking, askCredentialHelper, type Credential, findProgram } from './credential-helper.ts';
import { type DockerConfig, dockerConfigSchema, inlineConfigSchema } from './docker-config-schema.ts';
import { readScopedConfigs, type ScopedConfig, scopedFolder } from './scoped-credentials.ts';
import { decodeAuth, entryFor, storedCredential } from './stored-auth.ts';

const hubKey = 'https://index.docker.io/v1/';
const hubNames = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/** Where credentials are learnt; asked only once a registry has said 401. */
export interface CredentialSource {
  /**
   * What is stored for a registry, by its name as in an image reference, and for a token of these scopes; none where no token is asked
   * for. Null for nothing.
   * @throws VerifyError `credentials.failed` or `config.invalid`
   */
  credentialFor(registry: string, scopes: readonly string[]): Promise<Credential | null>;
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
    const text = (await readBoundedInput(file, bounds.dockerConfig)).toString('utf8');
    return text.trim() === '' ? {} : parseConfig(text, file);
  } catch (error) {
    if (error instanceof VerifyError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new VerifyError('config.invalid', `${file} cannot be read`, { place: { file }, cause: error });
  }
}

/** The helper of the platform, which Docker takes where the configuration names no credentials at all and it is installed. */
async function defaultHelper(environment: Environment): Promise<string | null> {
  const isThere = async (program: string): Promise<boolean> => (await findProgram(program, environment)) !== null;
  const names = { darwin: 'osxkeychain', win32: 'wincred' } as const;
  const { platform } = environment;
  const onLinux = platform === 'linux' ? ((await isThere('pass')) ? 'pass' : 'secretservice') : null;
  const name = platform === 'darwin' || platform === 'win32' ? names[platform] : onLinux;
  return name !== null && (await isThere(`docker-credential-${name}`)) ? name : null;
}

/** Who is asked for, and what. */
interface Wanted {
  readonly registry: string;
  /** Whether a token answers the registry's question; else name and password do. */
  readonly forToken: boolean;
}

async function lookUp(config: DockerConfig, wanted: Wanted, asking: Asking): Promise<Credential | null> {
  const { registry, forToken } = wanted;
  const address = hubNames.has(registry.toLowerCase()) ? hubKey : registry;
  const { auths, credHelpers, credsStore } = config;
  const [helpers, stored] = [credHelpers ?? {}, auths ?? {}];
  const isBare = !credsStore && Object.keys(helpers).length + Object.keys(stored).length === 0;
  const named = Object.hasOwn(helpers, address) ? helpers[address] : credsStore;
  const helper = named || (isBare ? await defaultHelper(asking.environment) : null);
  const entry = entryFor(stored, address);
  if (helper) {
    const held = await askCredentialHelper(helper, address, asking);
    // a helper keeps no registry tokens: Docker's CLI takes that from the file beside it
    return forToken && entry?.registrytoken ? storedCredential(entry, wanted) : held;
  }
  return entry ? storedCredential(entry, wanted) : null;
}

/** What `DOCKER_AUTH_CONFIG` holds for a registry; nothing where any part of it is not as Docker's CLI reads it, which says so itself. */
function inlineCredential(text: string, { registry, forToken }: Wanted): Credential | null {
  let value: unknown;
  try {
    value = parseBoundedJson(text);
  } catch {
    return null;
  }
  const parsed = inlineConfigSchema.safeParse(value);
  const auths = parsed.success ? (parsed.data.auths ?? {}) : {};
  if (!Object.values(auths).every(({ auth }) => decodeAuth(auth) !== null)) return null;
  const entry = entryFor(auths, hubNames.has(registry.toLowerCase()) ? hubKey : registry);
  return entry === undefined ? null : storedCredential(entry, { forToken });
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
  const find = async (wanted: Wanted, folder: string | null): Promise<Credential | null> => {
    // one that cannot be read stands for nothing, and Docker's own counts
    const narrow = folder === null ? null : await readConfig(folder).catch(() => null);
    if (narrow !== null) return lookUp(narrow, wanted, asking);
    const own = inlineCredential(environment.variables['DOCKER_AUTH_CONFIG'] ?? '', wanted);
    if (own !== null) return own;
    config ??= readConfig(environment.dockerConfigDirectory);
    return lookUp(await config, wanted, asking);
  };
  return {
    async credentialFor(registry, scopes) {
      scoped ??= readScopedConfigs(environment);
      const folder = scopedFolder(await scoped, registry, scopes);
      const wanted = { registry, forToken: scopes.length > 0 };
      const key = JSON.stringify([wanted, folder]);
      let known = found.get(key);
      if (known === undefined) {
        known = find(wanted, folder);
        found.set(key, known);
      }
      return await known;
    },
  };
}
