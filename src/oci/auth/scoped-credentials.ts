import { readdir } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { Environment } from '../../model/index.ts';

/** A configuration that buildx uses in place of Docker's own, for one registry, one of its repositories, or some actions there. */
export interface ScopedConfig {
  /** Absolute. */
  readonly folder: string;
  readonly host: string;
  /** Empty for all. */
  readonly repository: string;
  /** `pull`, `push`; empty for all. */
  readonly actions: readonly string[];
}

const mostEntries = 10_000;
const configName = 'config.json';

function parseKey(key: string): Omit<ScopedConfig, 'folder'> {
  const at = key.indexOf('@');
  const place = at < 0 ? key : key.slice(0, at);
  const slash = place.indexOf('/');
  return {
    host: slash < 0 ? place : place.slice(0, slash),
    repository: slash < 0 ? '' : place.slice(slash + 1),
    actions: (at < 0 ? '' : key.slice(at + 1))
      .split(',')
      .map((action) => action.trim())
      .filter((action) => action !== ''),
  };
}

/** buildx's folder: BUILDX_CONFIG, else `buildx` in Docker's (buildx, util/confutil). */
function buildxFolder({ variables, dockerConfigDirectory, workingDirectory }: Environment): string {
  const chosen = variables['BUILDX_CONFIG'];
  return chosen ? resolve(workingDirectory, chosen) : join(dockerConfigDirectory, 'buildx');
}

/**
 * The configurations below buildx's folder: `config/HOST/REPOSITORY@ACTIONS/config.json` (buildx, util/dockerutil/dockerconfig), as
 * `docker/login-action` writes them for a scope. None where there is no such folder.
 */
export async function readScopedConfigs(environment: Environment): Promise<readonly ScopedConfig[]> {
  const base = join(buildxFolder(environment), 'config');
  const entries = await readdir(base, { recursive: true }).catch(() => []);
  return entries
    .slice(0, mostEntries)
    .filter((path) => path.endsWith(`${sep}${configName}`))
    .map((path) => {
      const key = path.slice(0, -(configName.length + 1));
      return { folder: join(base, key), ...parseKey(key.split(sep).join('/')) };
    });
}

/** The one resource that scopes are about, such as `repository:acme/app`, with what is to be done with it; null where they are about several, or none. */
function onlyScope(scopes: readonly string[]): { readonly name: string; readonly actions: ReadonlySet<string> } | null {
  const read = scopes
    .map((scope) => scope.split(/:(.*)/s))
    .map(([type = '', rest = '']) => [type, ...rest.split(/:(.*)/s)]);
  const [name, ...others] = new Set(read.map(([type = '', place = '']) => `${type}:${place}`));
  if (name === undefined || others.length > 0) return null;
  return { name, actions: new Set(read.flatMap(([, , actions = '']) => actions.split(','))) };
}

function matches(
  config: ScopedConfig,
  hosts: readonly string[],
  { name, actions }: NonNullable<ReturnType<typeof onlyScope>>,
) {
  if (!hosts.includes(config.host)) return false;
  if (config.repository !== '' && name !== `repository:${config.repository}`) return false;
  return config.actions.every((action) => actions.has(action));
}

/**
 * The folder of the configuration that counts for a token of these scopes: the most specific one; null for Docker's own. So it is
 * where no token is asked for (Basic), or one token for several repositories: buildx then does not learn for which, or cannot choose.
 */
export function scopedFolder(
  configs: readonly ScopedConfig[],
  registry: string,
  scopes: readonly string[],
): string | null {
  const hosts = registry === 'docker.io' ? ['registry-1.docker.io'] : [registry];
  const scope = onlyScope(scopes);
  if (scope === null) return null;
  const [best] = configs
    .filter((config) => matches(config, hosts, scope))
    .toSorted(
      (left, right) =>
        (left.repository < right.repository ? 1 : Number(left.repository !== right.repository) * -1) ||
        right.actions.length - left.actions.length,
    );
  return best?.folder ?? null;
}
