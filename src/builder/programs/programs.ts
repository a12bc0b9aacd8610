import { constants, existsSync } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { type Environment, folderNamedBy, VerifyError } from '../../model/index.ts';
import { readDockerConfiguration } from './docker-configuration.ts';

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function pathEntries(environment: Environment): readonly string[] {
  const text = environment.variables['PATH'] ?? environment.variables['Path'] ?? '';
  const separator = environment.platform === 'win32' ? ';' : delimiter;
  return text.split(separator).filter((entry) => isAbsolute(entry) && resolve(entry) !== environment.workingDirectory);
}

/** PATH for a program that we start and that starts others: without relative entries and the current folder. */
export function programFolders(environment: Environment): string {
  return pathEntries(environment).join(environment.platform === 'win32' ? ';' : delimiter);
}

/**
 * The absolute path of a program on PATH, null where there is none. Relative entries and the current folder are passed
 * over, so that nothing in a build context is ever started.
 */
export async function locateProgram(environment: Environment, name: string): Promise<string | null> {
  const endings = environment.platform === 'win32' ? ['.exe'] : [''];
  for (const folder of pathEntries(environment)) {
    for (const ending of endings) {
      const candidate = join(folder, `${name}${ending}`);
      if (await isExecutable(candidate)) return candidate;
    }
  }
  return null;
}

/** The folder that a program is started in: the current one, also where that was removed, as every program does that is started there. */
export function startingFolder({ workingDirectory }: Environment): string | undefined {
  return existsSync(workingDirectory) ? workingDirectory : undefined;
}

/** The folders that Docker looks for plugins in, in its order (docker/cli, cli-plugins/manager: getPluginDirs). */
export async function pluginFolders(environment: Environment): Promise<readonly string[]> {
  const { pluginFolders: extra } = await readDockerConfiguration(environment);
  const own = join(environment.dockerConfigDirectory, 'cli-plugins');
  if (environment.platform === 'win32') {
    const programs = folderNamedBy(environment, 'ProgramFiles');
    return [...extra, own, ...(programs === null ? [] : [join(programs, 'Docker', 'cli-plugins')])];
  }
  const system = ['/usr/local/lib', '/usr/local/libexec', '/usr/lib', '/usr/libexec'];
  return [...extra, own, ...system.map((folder) => `${folder}/docker/cli-plugins`)];
}

async function sameFile(path: string, own: string | null): Promise<boolean> {
  return own !== null && (await realpath(path).catch(() => path)) === (await realpath(own).catch(() => own));
}

/** A plugin of Docker's whose place we can take, so that what it builds comes to us. */
export type GuardedPlugin = 'docker-buildx' | 'docker-compose';

/** Where a plugin is found. */
export interface LocatedPlugin {
  /** The first in Docker's folders that is not ourselves; null where there is none. */
  readonly real: string | null;
  /** Whether Docker starts us in its place. */
  readonly intercepted: boolean;
}

/**
 * Looks for a plugin in Docker's folders, in their order. `own` is the path of our executable, which takes the place of
 * the real one where everything is intercepted.
 * @throws VerifyError `config.invalid`
 */
export async function locatePlugin(
  environment: Environment,
  plugin: GuardedPlugin,
  own: string | null,
): Promise<LocatedPlugin> {
  const file = environment.platform === 'win32' ? `${plugin}.exe` : plugin;
  // on Windows what stands in is a copy, known by where it lies
  const placed = join(environment.dockerConfigDirectory, 'verify', 'plugins', file);
  let intercepted = false;
  for (const folder of await pluginFolders(environment)) {
    const candidate = join(folder, file);
    if (!isAbsolute(folder) || !(await isExecutable(candidate))) continue;
    if (candidate !== placed && !(await sameFile(candidate, own))) return { real: candidate, intercepted };
    intercepted = true;
  }
  return { real: null, intercepted };
}

/**
 * The absolute path of the real docker-buildx.
 * @throws VerifyError `builder.unavailable`, `config.invalid`
 */
export async function locateBuildx(environment: Environment, own: string | null): Promise<string> {
  const { real } = await locatePlugin(environment, 'docker-buildx', own);
  if (real !== null) return real;
  throw new VerifyError('builder.unavailable', 'docker-buildx is not installed', {
    hint: 'install the buildx plugin of Docker (package docker-buildx-plugin or docker-buildx); `docker buildx version` must answer',
  });
}

/** The programs that builds are run with, by absolute path. */
export interface Programs {
  /** The docker CLI, null where PATH has none. */
  readonly docker: string | null;
  readonly buildx: string;
  /** Ends what is asked of them; left out where nothing does. */
  readonly cancelled?: AbortSignal;
}

/**
 * Finds the docker CLI and docker-buildx.
 * @throws VerifyError `builder.unavailable`, `config.invalid`
 */
export async function locatePrograms(environment: Environment, own: string | null): Promise<Programs> {
  const [docker, buildx] = await Promise.all([locateProgram(environment, 'docker'), locateBuildx(environment, own)]);
  return { docker, buildx };
}
