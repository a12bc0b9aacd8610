import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { locateProgram, programFolders } from '../builder/index.ts';
import { type Environment, type GitReference, isLoopback } from '../model/index.ts';
import { plainVariables, runGit } from './git-process.ts';
import { Unread } from './unread.ts';

const largestListing = 16 * 1024 * 1024;

/** The machine's own git, for one repository in a private folder. */
export interface Git {
  /** With the user's own configuration (credentials, proxies, certificates) and the network. */
  online(args: readonly string[], limit?: number): Promise<Buffer>;
  /** With no configuration but ours, and no network. */
  offline(args: readonly string[], limit?: number): Promise<Buffer>;
  /** An empty folder, for the little that git must find in files. */
  readonly tree: string;
}

/** Protocols without encryption are allowed on loopback only, as with registries. */
function protocolsFor({ scheme, host }: GitReference): string {
  const isPlain = scheme === 'http' || scheme === 'git';
  if (isPlain && !isLoopback(host)) throw new Unread(`${scheme}:// is not encrypted`);
  return isPlain ? `https:ssh:${scheme}` : 'https:ssh';
}

/** Nothing of the user's configuration that would run a program on what was fetched, or go on in the background. */
const settings = [
  'core.fsmonitor=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'fetch.recurseSubmodules=false',
  'submodule.recurse=false',
  'fetch.writeCommitGraph=false',
  'credential.interactive=false',
];

/**
 * Makes git ready for one reference. `folder` must be private; nothing is written elsewhere.
 * @throws Unread where there is no git, or the reference would be fetched without encryption
 */
export async function openGit(
  reference: GitReference,
  folder: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<Git> {
  const program = await locateProgram(environment, 'git');
  if (program === null) throw new Unread('this machine has no git');
  const tree = join(folder, 'tree');
  await mkdir(tree);
  const base = {
    ...plainVariables(environment, programFolders(environment)),
    GIT_DIR: join(folder, 'repository'),
    GIT_WORK_TREE: tree,
  };
  // by the environment, so that what a URL carries stands neither on disk nor in a list of processes
  const remote = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'remote.origin.url', GIT_CONFIG_VALUE_0: reference.remote };
  const onlineVariables = { ...base, ...remote, GIT_ALLOW_PROTOCOL: protocolsFor(reference) };
  const offlineVariables = {
    ...base,
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(folder, 'no-configuration'),
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
  };
  const options = [...settings, `core.hooksPath=${join(folder, 'no-hooks')}`].flatMap((setting) => ['-c', setting]);
  const run = (variables: NodeJS.ProcessEnv, args: readonly string[], limit: number): Promise<Buffer> =>
    runGit({
      program,
      options,
      args,
      folder: tree,
      variables,
      platform: environment.platform,
      limit,
      signal,
    });
  return {
    tree,
    online: (args, limit = largestListing) => run(onlineVariables, args, limit),
    offline: (args, limit = largestListing) => run(offlineVariables, args, limit),
  };
}
