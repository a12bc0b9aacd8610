import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { type Environment, VerifyError } from '../model/index.ts';
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

/** The folders that Docker looks for plugins in, in its order (docker/cli, cli-plugins/manager: getPluginDirs). */
export async function pluginFolders(environment: Environment): Promise<readonly string[]> {
  const { pluginFolders: extra } = await readDockerConfiguration(environment);
  const own = join(environment.dockerConfigDirectory, 'cli-plugins');
  if (environment.platform === 'win32') {
    const programs = environment.variables['ProgramFiles'] ?? '';
    return [...extra, own, ...(isAbsolute(programs) ? [join(programs, 'Docker', 'cli-plugins')] : [])];
  }
  const system = ['/usr/local/lib', '/usr/local/libexec', '/usr/lib', '/usr/libexec'];
  return [...extra, own, ...system.map((folder) => `${folder}/docker/cli-plugins`)];
}

async function sameFile(path: string, own: string | null): Promise<boolean> {
  return own !== null && (await realpath(path).catch(() => path)) === (await realpath(own).catch(() => own));
}

/**
 * The absolute path of the real docker-buildx: the first in Docker's plugin folders that is not ourselves (`own`, the
 * path of our executable, which takes buildx's place where everything is intercepted).
 * @throws VerifyError `builder.unavailable`, `config.invalid`
 */
export async function locateBuildx(environment: Environment, own: string | null): Promise<string> {
  const file = environment.platform === 'win32' ? 'docker-buildx.exe' : 'docker-buildx';
  for (const folder of await pluginFolders(environment)) {
    const candidate = join(folder, file);
    const eligible = isAbsolute(folder) && (await isExecutable(candidate));
    if (eligible && !(await sameFile(candidate, own))) return candidate;
  }
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
