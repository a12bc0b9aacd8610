import { isAbsolute, join } from 'node:path';
import type { Environment } from '../model/index.ts';

/** The folder for what is kept between runs: `docker-verify` below XDG_CACHE_HOME, else below the system's usual place. */
export function defaultCacheFolder(environment: Environment): string {
  const { variables, homeDirectory, platform } = environment;
  const chosen = variables['XDG_CACHE_HOME'];
  if (chosen && isAbsolute(chosen)) return join(chosen, 'docker-verify');
  if (platform === 'win32' && variables['LOCALAPPDATA'])
    return join(variables['LOCALAPPDATA'], 'docker-verify', 'cache');
  return join(homeDirectory, '.cache', 'docker-verify');
}
