import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, folderNamedBy, foldersAbove, pathWithin } from '../gate/index.ts';
import type { Checkout } from '../report/index.ts';

/** The nearest folder that holds `.git`, from this one upwards; null where there is none. */
function repositoryAbove(folder: string): string | null {
  return [folder, ...foldersAbove(folder)].find((each) => existsSync(join(each, '.git'))) ?? null;
}

/**
 * Where the repository lies that the current folder belongs to: what GitHub Actions and GitLab say of it, where the folder is below that,
 * else the nearest folder with `.git`, else the current one.
 */
export function checkoutOf(environment: Environment): Checkout {
  const { workingDirectory } = environment;
  const named = folderNamedBy(environment, 'GITHUB_WORKSPACE', 'CI_PROJECT_DIR');
  const stated = named !== null && pathWithin(named, workingDirectory) !== null ? named : null;
  return { workingDirectory, root: stated ?? repositoryAbove(workingDirectory) ?? workingDirectory };
}
