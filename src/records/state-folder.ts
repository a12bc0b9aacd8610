import { isAbsolute, join } from 'node:path';
import type { Environment } from '../model/index.ts';

/** The folder for what is kept for good: `docker-verify` below XDG_STATE_HOME, else below the system's own place for state. */
export function stateFolder({ variables, homeDirectory, platform }: Environment): string {
  const chosen = variables['XDG_STATE_HOME'];
  if (chosen !== undefined && isAbsolute(chosen)) return join(chosen, 'docker-verify');
  const local = variables['LOCALAPPDATA'];
  if (platform === 'win32' && local !== undefined && isAbsolute(local)) return join(local, 'docker-verify', 'state');
  if (platform === 'darwin') return join(homeDirectory, 'Library', 'Application Support', 'docker-verify');
  return join(homeDirectory, '.local', 'state', 'docker-verify');
}
