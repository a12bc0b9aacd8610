import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { ActionError, type Variables } from './inputs.ts';
import { below } from './policies.ts';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** A program on PATH, as an absolute path; null where there is none. One that lies in the checkout is a file of the change, and never run. */
export function findProgram(variables: Variables, workspace: string, name: string): string | null {
  return findIn((variables['PATH'] ?? '').split(delimiter), workspace, name);
}

function findIn(folders: readonly string[], workspace: string, name: string): string | null {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const paths = folders.filter(isAbsolute).map((folder) => join(folder, file));
  return paths.find((path) => isExecutable(path) && below(workspace, realpathSync(path)) === null) ?? null;
}

/**
 * The docker-verify of this machine: on PATH, else among Docker's plugins.
 * @throws ActionError where there is none
 */
export function findExecutable(variables: Variables, workspace: string): string {
  const home = variables['HOME'] ?? variables['USERPROFILE'] ?? '';
  const configuration = variables['DOCKER_CONFIG'] ?? (home === '' ? '' : join(home, '.docker'));
  const plugins = [
    ...(configuration === '' ? [] : [join(configuration, 'cli-plugins')]),
    '/usr/local/lib/docker/cli-plugins',
    '/usr/local/libexec/docker/cli-plugins',
    '/usr/lib/docker/cli-plugins',
    '/usr/libexec/docker/cli-plugins',
  ];
  const found = findProgram(variables, workspace, 'docker-verify') ?? findIn(plugins, workspace, 'docker-verify');
  if (found === null)
    throw new ActionError('docker-verify is not installed here: run the action in setup/ before this step');
  return found;
}
