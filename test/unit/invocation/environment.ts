import type { Environment } from '../../../src/model/index.ts';

/** A run in `workingDirectory` that knows nothing but `variables`. */
export function environmentOf(workingDirectory: string, variables: Readonly<Record<string, string>> = {}): Environment {
  return {
    variables,
    workingDirectory,
    homeDirectory: '/nowhere',
    platform: 'linux',
    architecture: 'x64',
    userId: 1000,
    dockerFlags: [],
    dockerConfigDirectory: '/nowhere/.docker',
  };
}
