import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../model/index.ts';
import { askBuildx, type BuildxAnswer } from '../programs/buildx-command.ts';
import type { Programs } from '../programs/programs.ts';
import { askNodeAlone, buildxFolder, readStoredBuilder } from './stored-builder.ts';

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

/**
 * Asks buildx about a record (`builder/node/id`) as its own node keeps it. A build that is spread over several nodes has
 * one identifier on all of them, and buildx answers with whichever it finds first.
 * @throws VerifyError `builder.unavailable`, `timeout`, `file.unwritable`
 */
export async function askOfRecord(
  programs: Programs,
  environment: Environment,
  record: string,
  args: readonly string[],
): Promise<BuildxAnswer> {
  const [builder = '', node = ''] = record.split('/');
  const ask = (variables: Readonly<Record<string, string>>): Promise<BuildxAnswer> =>
    askBuildx(programs, environment, [...args, '--builder', builder], { variables });
  const stored = await readStoredBuilder(environment, builder);
  return stored === null || stored.nodes.length < 2
    ? await ask({})
    : await askNodeAlone(environment, stored, node, ask);
}
