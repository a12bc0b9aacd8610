import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Environment } from '../gate/index.ts';
import { dockerFlagValue } from '../plugin/index.ts';

/** What this run knows of the machine and the person. Read once; nothing else in the program looks at the process. */
export function readEnvironment(variables: NodeJS.ProcessEnv, dockerFlags: readonly string[]): Environment {
  const homeDirectory = homedir();
  const configured = dockerFlagValue(dockerFlags, 'config') ?? variables['DOCKER_CONFIG'];
  return {
    variables,
    workingDirectory: process.cwd(),
    homeDirectory,
    platform: process.platform,
    architecture: process.arch,
    userId: process.getuid?.() ?? null,
    dockerFlags,
    dockerConfigDirectory:
      configured === undefined || configured === '' ? join(homeDirectory, '.docker') : resolve(configured),
  };
}
