import { execFile, spawnSync } from 'node:child_process';
import { mkdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { project } from '../support/paths.ts';

const run = promisify(execFile);

/** Whether this machine has what a release is made with, and a foreign one tried with, or could be given it. */
export function hasTools(): boolean {
  return spawnSync(join(project, 'scripts/release/tools.sh'), ['--try'], { stdio: ['ignore', 2, 2] }).status === 0;
}

/**
 * Copies the project's files into a folder of that name, no checkout, and makes a release there, signed by a key.
 * @returns the folder of the release
 */
export async function makeRelease(folder: string, key: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const list = 'git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$1"';
  await run('bash', ['-c', `set -o pipefail; ${list}`, 'copy', folder], { cwd: project });
  // by links where that goes: it is large, and nothing writes into it
  const modules = [join(project, 'node_modules'), join(folder, 'node_modules')] as const;
  await run('cp', ['-al', ...modules]).catch(() => run('cp', ['-aT', ...modules]));
  // nothing is to be installed there: its lock is older than what the links lead to
  await utimes(join(folder, 'package-lock.json'), 0, 0);
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1700000000' };
  await run('make', ['release', `SIGN=--key ${key}`], { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 });
  return join(folder, 'dist', 'release');
}
