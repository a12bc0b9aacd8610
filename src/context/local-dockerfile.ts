import { lstat, readlink } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { dockerfileNames, findDockerfile, type Lookup, partsOf, type TreeEntry } from './resolve-in-root.ts';
import { Unread } from './unread.ts';

/** Paths that are looked at for one Dockerfile; a longer chain of links is refused. */
const mostSteps = 10_000;

/** Characters that make a pattern of a name (tonistiigi/fsutil, filter.go; moby/patternmatcher). */
const patternCharacter = /[*?[\]^\\!]/;

async function entryAt(path: string): Promise<TreeEntry<string> | null> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return { kind: 'link', target: await readlink(path) };
    if (found.isDirectory()) return { kind: 'folder' };
    return { kind: 'file', file: path };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what node:fs rejects with
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
    throw error;
  }
}

/** The paths that buildx sends so that `names` can be read: each link on the way, and where it ends (tonistiigi/fsutil, FollowLinks). */
async function followLinks(lookup: Lookup<string>, names: readonly string[]): Promise<ReadonlySet<string>> {
  const sent = new Set<string>();
  const pending = names.map((name) => posix.join('.', name)).toReversed();
  for (let steps = 0; ; steps += 1) {
    const path = pending.pop();
    if (path === undefined) return sent;
    if (patternCharacter.test(path)) throw new Unread(`buildx takes ${path} for a pattern`);
    if (steps > mostSteps) throw new Unread('its links do not end');
    const parts = partsOf(path);
    for (let length = 1; length <= parts.length; length += 1) {
      const here = parts.slice(0, length);
      const key = here.join('/');
      // each step begins where the one before led
      // oxlint-disable-next-line no-await-in-loop
      const entry = await lookup(here);
      if (entry?.kind === 'link') {
        if (!sent.has(key)) {
          const target = entry.target.startsWith('/')
            ? entry.target
            : posix.join('/', ...here.slice(0, -1), entry.target);
          pending.push(posix.join('/', target, ...parts.slice(length)));
        }
        sent.add(key);
        break;
      }
      if (length === parts.length) sent.add(key);
    }
    if (parts.length === 0) sent.add('.');
  }
}

/** What the builder has of the folder: what was sent, with what lies below it and above it. */
function sentOnly(lookup: Lookup<string>, sent: ReadonlySet<string>): Lookup<string> {
  const isSent = (path: string): boolean =>
    [...sent].some(
      (each) => each === '.' || each === path || path.startsWith(`${each}/`) || each.startsWith(`${path}/`),
    );
  return (path) => (isSent(path.join('/')) ? lookup(path) : Promise.resolve(null));
}

/**
 * The file that is read for the Dockerfile at `path` (absolute): a link is followed within the Dockerfile's own folder, where `..` stops and
 * absolute targets begin, among what buildx sends of that folder; null where it leads to no file there.
 * @throws Unread where that is not known
 */
export async function resolveLocalDockerfile(path: string): Promise<string | null> {
  const first = await entryAt(path);
  if (first?.kind !== 'link') return path;
  const folder = dirname(path);
  const name = basename(path);
  const lookup: Lookup<string> = (parts) => entryAt(join(folder, ...parts));
  const [upper, ...others] = dockerfileNames(name);
  const sent = await followLinks(lookup, [upper ?? name, `${name}.dockerignore`, ...others]);
  return (await findDockerfile(sentOnly(lookup, sent), name))?.file ?? null;
}
