import { join } from 'node:path';
import { type Environment, folderNamedBy } from '../../model/index.ts';

/** The folder for what is kept between runs: `docker-verify` below XDG_CACHE_HOME, else below the system's usual place. */
export function defaultCacheFolder(environment: Environment): string {
  const { homeDirectory, platform } = environment;
  const chosen = folderNamedBy(environment, 'XDG_CACHE_HOME');
  if (chosen !== null) return join(chosen, 'docker-verify');
  const local = platform === 'win32' ? folderNamedBy(environment, 'LOCALAPPDATA') : null;
  return local === null ? join(homeDirectory, '.cache', 'docker-verify') : join(local, 'docker-verify', 'cache');
}
