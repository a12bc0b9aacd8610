import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Environment } from '../../../src/model/index.ts';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** A new folder, gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'verify-unit-'));
  folders.push(folder);
  return folder;
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
