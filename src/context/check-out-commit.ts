import { chmod, lstat, lutimes, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { locateProgram, programFolders } from '../builder/index.ts';
import { type Environment, isLoopback } from '../model/index.ts';
import { plainVariables, runGit } from './git-process.ts';
import { Unread } from './unread.ts';

/** A commit whose files are wanted as they were checked out when it was built. */
export interface CommitRequest {
  /** In full. */
  readonly commit: string;
  /** The checkout on this machine that it was built from, which may be gone; null where none is known. */
  readonly folder: string | null;
  /** Where else it can be fetched from: an address as git takes it; null where none is known. */
  readonly remote: string | null;
  /** The folder of the context below the top. */
  readonly subdirectory: string;
  /** Private, and empty: everything is written into it. */
  readonly into: string;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/** The files of a commit. */
export interface CheckedOut {
  /** The folder that stands for the top of the checkout. */
  readonly tree: string;
  /** The commit's own time, seconds. */
  readonly time: number;
}

const mostListing = 64 * 1024 * 1024;
const commitForm = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

type Variables = Readonly<Record<string, string | undefined>>;
type Run = (args: readonly string[], more?: Variables) => Promise<string>;

/** The host of a URL, as far as it can be read without doubt. */
function hostOf(url: string): string {
  return /^[a-z]+:\/\/(?:[^/@?#\\]*@)?([^/@:?#\\[\]]+|\[[^/@\]]*\])(?::\d+)?(?:\/|$)/i.exec(url)?.[1] ?? '';
}

/**
 * The one protocol that git may use for a remote as it stands in a checkout's configuration. Protocols without encryption are allowed on loopback
 * only, and those that run a program (`ext::`) never.
 */
function protocolFor(remote: string): string {
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(remote) ?? [];
  if (scheme === 'https' || scheme === 'ssh' || scheme === 'file') return scheme;
  if ((scheme === 'http' || scheme === 'git') && isLoopback(hostOf(remote))) return scheme;
  if (scheme !== '') throw new Unread(`a remote of the kind ${scheme}:// is not asked`);
  if (/^(?:[A-Za-z]:)?[\\/]/.test(remote)) return 'file';
  if (/^(?:[\w.-]+@)?[\w.-]+:(?!:)/.test(remote)) return 'ssh';
  throw new Unread('its remote is no address that git can be asked at');
}

interface Opened {
  readonly tree: string;
  readonly run: Run;
}

/** A repository of our own, which reads no configuration but ours. */
async function openEmpty({ into, environment, signal, commit }: CommitRequest): Promise<Opened> {
  const program = await locateProgram(environment, 'git');
  if (program === null) throw new Unread('this machine has no git');
  const tree = join(into, 'tree');
  await mkdir(tree);
  const repository = { GIT_DIR: join(into, 'repository'), GIT_WORK_TREE: tree };
  const alone = {
    HOME: into,
    XDG_CONFIG_HOME: into,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(into, 'no-configuration'),
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: 'none',
  };
  const options = ['core.fsmonitor=false', 'gc.auto=0', 'maintenance.auto=false', 'submodule.recurse=false']
    .concat(`core.hooksPath=${join(into, 'no-hooks')}`, 'credential.interactive=false', 'advice.detachedHead=false')
    .flatMap((setting) => ['-c', setting]);
  const plain = plainVariables(environment, programFolders(environment));
  const run: Run = async (args, more = alone) => {
    const variables = { ...plain, ...repository, ...more };
    const { platform } = environment;
    return (
      await runGit({ program, options, args, folder: tree, variables, platform, limit: mostListing, signal })
    ).toString();
  };
  const format = commit.length === 64 ? 'sha256' : 'sha1';
  await run(['init', '--quiet', '--template=', `--object-format=${format}`]);
  return { tree, run: (args, more) => run(args, more === undefined ? alone : { ...alone, ...more }) };
}

/** Lends the objects of the checkout that it was built from; nothing else of that repository is read. Null where it has not got the commit. */
async function lend(run: Run, { folder, commit }: CommitRequest): Promise<Variables | null> {
  if (folder === null || (await lstat(folder).catch(() => null)) === null) return null;
  try {
    const found = await run(['-C', folder, 'rev-parse', '--path-format=absolute', '--git-path', 'objects'], {
      GIT_DIR: undefined,
      GIT_WORK_TREE: undefined,
    });
    const lent = { GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(found.trim()) };
    await run(['rev-list', '--objects', '--max-count=1', '--quiet', commit], lent);
    return lent;
  } catch (error) {
    if (error instanceof Unread) return null;
    throw error;
  }
}

/** Fetches the one commit with the user's own configuration (credentials, proxies, certificates). */
async function fetchFrom(run: Run, { remote, commit, environment }: CommitRequest): Promise<void> {
  if (remote === null)
    throw new Unread('the folder that it was built from has not got that commit any more, and no remote is known');
  const { HOME, XDG_CONFIG_HOME } = environment.variables;
  await run(
    [
      'fetch',
      '--quiet',
      '--depth=1',
      '--no-tags',
      '--no-recurse-submodules',
      '--no-write-fetch-head',
      'origin',
      commit,
    ],
    {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'remote.origin.url',
      GIT_CONFIG_VALUE_0: remote,
      GIT_ALLOW_PROTOCOL: protocolFor(remote),
      HOME: HOME ?? environment.homeDirectory,
      ...(XDG_CONFIG_HOME === undefined ? {} : { XDG_CONFIG_HOME }),
      GIT_CONFIG_NOSYSTEM: undefined,
      GIT_CONFIG_GLOBAL: undefined,
    },
  );
}

async function refuseIncomplete(run: Run, { commit, subdirectory }: CommitRequest): Promise<void> {
  const below = subdirectory === '' ? [] : ['--', subdirectory];
  const listing = await run(['ls-tree', '-r', '-z', '--full-tree', commit, ...below]);
  if (listing.split('\0').some((line) => line.startsWith('160000 '))) throw new Unread('the context holds submodules');
}

/** What git leaves to the person's umask and clock is made the same everywhere: 0755 or 0644, and the time of the commit. */
async function settle(path: string, time: number): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) {
      // oxlint-disable-next-line no-await-in-loop
      await settle(inside, time);
      continue;
    }
    if (entry.name === '.gitattributes' && entry.isFile()) {
      // oxlint-disable-next-line no-await-in-loop
      if (/\bfilter=lfs\b/.test(await readFile(inside, 'utf8'))) throw new Unread('it keeps files in Git LFS');
    }
    // oxlint-disable-next-line no-await-in-loop
    if (entry.isFile()) await chmod(inside, ((await lstat(inside)).mode & 0o100) === 0 ? 0o644 : 0o755);
    // oxlint-disable-next-line no-await-in-loop
    await lutimes(inside, time, time);
  }
  await chmod(path, 0o755);
  await lutimes(path, time, time);
}

/**
 * Lays out the files of a commit: from the objects of the checkout that it was built from where that still has them, else fetched from
 * its remote with the machine's own git and the user's credentials, without questions. Nothing of the repository is run.
 * @throws Unread where it cannot be had, or not all of it (submodules, Git LFS)
 */
export async function checkOutCommit(request: CommitRequest): Promise<CheckedOut> {
  const { commit } = request;
  if (!commitForm.test(commit)) throw new Unread('it is no commit');
  const { tree, run } = await openEmpty(request);
  const lent = await lend(run, request);
  if (lent === null) await fetchFrom(run, request);
  const git: Run = (args) => run(args, lent ?? {});
  await refuseIncomplete(git, request);
  await git(['read-tree', commit]);
  await git(['checkout-index', '--all', '--force', '--quiet']);
  const time = Number((await git(['show', '--no-patch', '--format=%ct', commit])).trim());
  if (!Number.isSafeInteger(time) || time < 0) throw new Unread('its commit has no time');
  await settle(tree, time);
  return { tree, time };
}
