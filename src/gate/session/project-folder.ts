import { dirname } from 'node:path';
import type { BuildTarget, Environment } from '../../model/index.ts';

/**
 * Where the search for the project's policy begins: the Dockerfile's folder where that is a local one, else the current
 * (docs/contracts.md, "Policies"). Never anything inside a remote or tar context.
 */
export function projectFolderOf(targets: readonly BuildTarget[], environment: Environment): string {
  const [only, ...others] = targets;
  const isFile =
    only !== undefined && others.length === 0 && only.dockerfile.kind === 'file' && only.name === 'default';
  return isFile && only.dockerfile.kind === 'file' ? dirname(only.dockerfile.path) : environment.workingDirectory;
}
