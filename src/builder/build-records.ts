import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../model/index.ts';
import { buildxFolder } from './builder-choice.ts';

const groups = '__group__';

async function entries(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/**
 * The builds that buildx has noted, as `builder/node/id`: it writes a file for each into its folder before the build
 * starts, whether or not it then succeeds.
 */
export async function listBuildRecords(environment: Environment): Promise<ReadonlySet<string>> {
  const root = join(buildxFolder(environment), 'refs');
  const found = new Set<string>();
  for (const name of await entries(root)) {
    if (name === groups) continue;
    for (const node of await entries(join(root, name))) {
      for (const id of await entries(join(root, name, node))) found.add(`${name}/${node}/${id}`);
    }
  }
  return found;
}
