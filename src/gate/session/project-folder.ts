import { dirname } from 'node:path';
import type { BuildInvocation, Environment } from '../../model/index.ts';

/**
 * Where the search for the project's policy begins: the Dockerfile's folder where that is a local one, else, and for a bake, the current
 * (docs/contracts.md, "Policies"). Never anything inside a remote or tar context.
 */
export function projectFolderOf(
  { verb, targets }: Pick<BuildInvocation, 'verb' | 'targets'>,
  environment: Environment,
): string {
  const [only] = targets;
  const isFile = verb === 'build' && only?.dockerfile.kind === 'file';
  return isFile ? dirname(only.dockerfile.path) : environment.workingDirectory;
}
