import type { Environment } from '../../../src/model/index.ts';
import { newFolder } from '../../support/new-folder.ts';

/** A new folder, gone when the test file is over. */
export function temporaryFolder(): string {
  return newFolder('verify-unit');
}

/** An environment on Linux that holds nothing but what is given. */
export function environmentWith(given: Partial<Environment> = {}): Environment {
  return {
    variables: {},
    workingDirectory: '/somewhere',
    homeDirectory: '/home/me',
    platform: 'linux',
    architecture: 'x64',
    userId: 1000,
    dockerFlags: [],
    dockerConfigDirectory: '/nowhere/.docker',
    ...given,
  };
}
