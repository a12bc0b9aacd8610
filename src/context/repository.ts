import { lstat, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPrivateFolder } from '../builder/index.ts';
import { type Environment, type GitReference, makeFolder, VerifyError } from '../model/index.ts';
import { type Git, openGit } from './git.ts';
import { findDockerfile, type TreeEntry } from './resolve-in-root.ts';
import { Unread } from './unread.ts';

/** BuildKit reads a Dockerfile of at most this many bytes. */
const largestDockerfile = 16 * 1024 * 1024;
/** What one fetch may bring: enough for the trees of a large repository, or for all of a middling one. */
const largestFetch = 1024 * 1024 * 1024;
const watchInterval = 200;

/** One commit of a repository, fetched without its files being written anywhere. */
export interface OpenRepository {
  /** In full. */
  readonly commit: string;
  /**
   * The bytes of a Dockerfile as they would be checked out.
   * @throws Unread where they lie in a submodule or cannot be had; VerifyError `dockerfile.missing`
   */
  read(subfolder: string, filename: string): Promise<Buffer>;
  /** To be called in every case. */
  close(): void;
}

const commitForm = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** The answer of `git ls-remote`, by the name of the ref; `^{}` stands after the name of a tag for what it points to. */
function readRefs(listing: Buffer): ReadonlyMap<string, string> {
  const lines = listing
    .toString('utf8')
    .split('\n')
    .map((line) => line.split('\t'));
  return new Map(lines.flatMap(([hash = '', name = '']) => (commitForm.test(hash) ? [[name, hash]] : [])));
}

/** The object that a ref stands for, and the commit where that is listed too: chosen as BuildKit does (source/git: resolveMetadata). */
async function resolveRef(git: Git, reference: GitReference): Promise<readonly [string, ...string[]]> {
  const { ref, checksum, byCommit } = reference;
  if (ref !== null && commitForm.test(ref)) return [ref];
  if (byCommit) {
    if (checksum === null || !commitForm.test(checksum)) throw new Unread('fetch-by-commit needs a whole commit');
    return [checksum];
  }
  const name = ref ?? 'HEAD';
  const refs = readRefs(await git.online(['ls-remote', '--', 'origin', name, `${name}^{}`]));
  const without = (prefix: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const head = refs.get(`refs/heads/${without('refs/heads/')}`);
  const tagName = `refs/tags/${without('refs/tags/')}`;
  const other = name === tagName || ref === null ? undefined : refs.get(`refs/${without('refs/')}`);
  const plain = ref === null ? refs.get('HEAD') : (other ?? head);
  if (plain !== undefined) return [plain];
  const tag = refs.get(tagName);
  if (tag === undefined) throw new Unread(`the repository has no ref ${name}`);
  const peeled = refs.get(`${tagName}^{}`);
  return peeled === undefined ? [tag] : [tag, peeled];
}

/** Looks at what a fetch has brought so far, until the answer is called. */
function watchSize(folder: string, onExceeded: () => void): () => void {
  const look = async (): Promise<void> => {
    const names = await readdir(folder).catch(() => []);
    const sizes = await Promise.all(
      names.map((name) =>
        lstat(join(folder, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    if (sizes.reduce((sum, size) => sum + size, 0) > largestFetch) onExceeded();
  };
  const timer = setInterval(() => void look(), watchInterval);
  timer.unref();
  return () => clearInterval(timer);
}

async function fetchCommit(git: Git, wanted: readonly [string, ...string[]]): Promise<string> {
  const [object, peeled = object] = wanted;
  const format = peeled.length === 64 ? 'sha256' : 'sha1';
  await git.offline(['init', '--quiet', '--template=', `--object-format=${format}`]);
  // no files yet: the one that is needed is fetched by itself, and a server that cannot do so sends them all
  const how = ['--quiet', '--depth=1', '--filter=blob:none', '--no-tags', '--no-recurse-submodules'];
  await git.online(['fetch', ...how, '--no-write-fetch-head', 'origin', peeled]);
  const commit = (await git.offline(['rev-parse', '--verify', `${peeled}^{commit}`])).toString('utf8').trim();
  if (!commitForm.test(commit)) throw new Unread(`${peeled} is no commit`);
  return commit;
}

/** A line of `git ls-tree -z`: mode, type and object, a tab, the path. */
const treeLine = /^(\d{6}) (\w+) ([0-9a-f]+)\t/;

async function entryAt(git: Git, commit: string, path: readonly string[]): Promise<TreeEntry<string> | null> {
  const listing = await git.offline(['ls-tree', '-z', '--full-tree', commit, '--', path.join('/')]);
  const [, mode = '', type = '', object = ''] = treeLine.exec(listing.toString('utf8')) ?? [];
  if (type === '') return null;
  if (type === 'tree') return { kind: 'folder' };
  if (mode === '120000')
    return { kind: 'link', target: (await git.online(['cat-file', 'blob', object], 4096)).toString('utf8') };
  if (type === 'blob') return { kind: 'file', file: object };
  return { kind: 'other', what: 'a submodule' };
}

/** Names that are the same file on every system, and no way out of a folder. */
const plainName = /^[^\\/:*?"<>|\p{Cc}]+$/u;

/** Writes the `.gitattributes` on the way to a file where git looks for them; false where there are none. */
async function layOutAttributes(git: Git, commit: string, path: readonly string[]): Promise<boolean> {
  const folders = path.map((_, index) => path.slice(0, index));
  const written = folders.map(async (folder): Promise<boolean> => {
    const entry = await entryAt(git, commit, [...folder, '.gitattributes']);
    if (entry?.kind !== 'file') return false;
    if (!folder.every((name) => plainName.test(name) && name !== '..'))
      throw new Unread('attributes lie in an unusual folder');
    await makeFolder(join(git.tree, ...folder));
    await writeFile(join(git.tree, ...folder, '.gitattributes'), await git.online(['cat-file', 'blob', entry.file]));
    return true;
  });
  return (await Promise.all(written)).includes(true);
}

/** A blob with what attributes make of it when it is checked out (line ends, `$Id$`, encodings), no filter being configured. */
async function checkedOut(git: Git, commit: string, path: readonly string[], object: string): Promise<Buffer> {
  const raw = await git.online(['cat-file', 'blob', object], largestDockerfile);
  if (!(await layOutAttributes(git, commit, path))) return raw;
  return await git.offline(['cat-file', '--filters', `--path=${path.join('/')}`, object], largestDockerfile);
}

async function readFile(git: Git, commit: string, subfolder: string, filename: string): Promise<Buffer> {
  const root = subfolder === '' ? [] : subfolder.split('/');
  for (const [index] of root.entries()) {
    // oxlint-disable-next-line no-await-in-loop
    const folder = await entryAt(git, commit, root.slice(0, index + 1));
    if (folder?.kind !== 'folder') throw new Unread(`${subfolder} is no folder of the repository`);
  }
  const found = await findDockerfile((path) => entryAt(git, commit, [...root, ...path]), filename);
  if (found === null) {
    throw new VerifyError('dockerfile.missing', `there is no ${filename} in commit ${commit.slice(0, 12)}`, {
      hint: 'name it with -f, or the folder that holds it after the ref: #main:folder',
    });
  }
  return await checkedOut(git, commit, [...root, ...found.path], found.file);
}

function refuseOther({ checksum }: GitReference, known: readonly string[]): void {
  if (checksum === null || known.some((hash) => hash.startsWith(checksum))) return;
  throw new Unread(`the checksum ${checksum} is not that of the commit`);
}

/**
 * Finds out which commit a reference stands for and fetches it, alone and without its files, into a private folder that `close` removes.
 * Nothing of it is checked out or run; the machine's own git is, by absolute path, with the user's credentials and no questions asked.
 * @throws Unread where it cannot be had; VerifyError `file.unwritable`
 */
export async function openRepository(
  reference: GitReference,
  environment: Environment,
  signal: AbortSignal,
): Promise<OpenRepository> {
  const folder = createPrivateFolder(environment);
  const tooLarge = new AbortController();
  const stop = watchSize(join(folder.path, 'repository', 'objects', 'pack'), () => tooLarge.abort());
  try {
    const git = await openGit(reference, folder.path, environment, AbortSignal.any([signal, tooLarge.signal]));
    const wanted = await resolveRef(git, reference);
    const commit = await fetchCommit(git, wanted);
    refuseOther(reference, [...wanted, commit]);
    return {
      commit,
      read: (subfolder, filename) => readFile(git, commit, subfolder, filename),
      close: () => {
        stop();
        folder.remove();
      },
    };
  } catch (error) {
    stop();
    folder.remove();
    if (tooLarge.signal.aborted) throw new Unread(`the repository sends more than ${largestFetch} bytes`);
    throw error;
  }
}
