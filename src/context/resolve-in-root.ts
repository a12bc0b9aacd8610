import { Unread } from './unread.ts';

/** What lies at a path of a tree that is not on disk. */
export type TreeEntry<File> =
  | { readonly kind: 'file'; readonly file: File }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'folder' }
  | { readonly kind: 'other'; readonly what: string };

/** What lies at `path` itself, links on the way not followed; null for nothing. */
export type Lookup<File> = (path: readonly string[]) => Promise<TreeEntry<File> | null>;

/** Links that are followed on the way to one file, as many as BuildKit does (containerd/continuity, fs: RootPath). */
const mostLinks = 255;
const mostParts = 16_384;
const longestTarget = 4096;

/** The file that a path leads to, with where it lies; null where there is none. */
export interface Resolved<File> {
  readonly path: readonly string[];
  readonly file: File;
}

/**
 * Follows a path and its links within a root that they never leave, as BuildKit does when it reads a Dockerfile: `..` stays in the
 * root, an absolute target begins there.
 * @throws Unread where the way leads through something whose content is elsewhere
 */
export async function resolveInRoot<File>(lookup: Lookup<File>, path: string): Promise<Resolved<File> | null> {
  // the next part stands last
  const pending = path.split('/').reverse();
  let place: string[] = [];
  let links = 0;
  for (let steps = 0; steps <= mostParts; steps += 1) {
    const part = pending.pop();
    if (part === undefined) return null;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      place = place.slice(0, -1);
      continue;
    }
    const next = [...place, part];
    // each step begins where the one before led
    // oxlint-disable-next-line no-await-in-loop
    const entry = await lookup(next);
    if (entry === null) return null;
    if (entry.kind === 'other') throw new Unread(`${next.join('/')} is ${entry.what}`);
    if (entry.kind === 'file') {
      return pending.some((more) => more !== '' && more !== '.') ? null : { path: next, file: entry.file };
    }
    if (entry.kind === 'folder') place = next;
    else {
      links += 1;
      if (links > mostLinks || entry.target.length > longestTarget) return null;
      if (entry.target.startsWith('/')) place = [];
      pending.push(...entry.target.split('/').reverse());
    }
  }
  return null;
}

/** The names that BuildKit looks for: beside `Dockerfile` also `dockerfile` (buildkit, frontend/dockerui: ReadEntrypoint). */
function namesFor(filename: string): readonly string[] {
  const parts = filename.split('/');
  return parts.at(-1) === 'Dockerfile' ? [filename, [...parts.slice(0, -1), 'dockerfile'].join('/')] : [filename];
}

/** The Dockerfile of that name, or its lower-case sibling where only that one is there. */
export async function findDockerfile<File>(lookup: Lookup<File>, filename: string): Promise<Resolved<File> | null> {
  for (const name of namesFor(filename)) {
    // the second name only counts without the first
    // oxlint-disable-next-line no-await-in-loop
    const found = await resolveInRoot(lookup, name);
    if (found !== null) return found;
  }
  return null;
}
