import { posix } from 'node:path';
import { Unread } from './unread.ts';

/** What lies at a path of a tree. */
export type TreeEntry<File> =
  | { readonly kind: 'file'; readonly file: File }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'folder' }
  | { readonly kind: 'other'; readonly what: string };

/** What lies at `path` itself, links on the way not followed; null for nothing. */
export type Lookup<File> = (path: readonly string[]) => Promise<TreeEntry<File> | null>;

/** Links that are followed on the way to one file, as many as BuildKit does (containerd/continuity, fs: RootPath). */
const mostLinks = 255;
/** Links that Linux follows within one path. */
const mostSystemLinks = 40;
/** Linux's PATH_MAX. */
const longestPath = 4096;

/** The file that a path leads to, with where it lies; null where there is none. */
export interface Resolved<File> {
  readonly path: readonly string[];
  readonly file: File;
}

/** The parts of a path, without what says nothing. */
export function partsOf(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** A path that leads to no file: too long, too many links, or through a file. */
class NoWay extends Error {}

/**
 * Resolves paths within a root as BuildKit does when it reads a Dockerfile. `walk` and `follow` are `walkLinks` and `walkLink` of
 * containerd/continuity (fs/path.go) to the letter: they join paths as texts, so that `..` behind a link is not always what a file system
 * would make of it.
 */
class RootPath<File> {
  readonly #lookup: Lookup<File>;
  readonly #seen = new Map<string, Promise<TreeEntry<File> | null>>();
  #links = 0;

  constructor(lookup: Lookup<File>) {
    this.#lookup = lookup;
  }

  #at(path: readonly string[]): Promise<TreeEntry<File> | null> {
    const key = path.join('/');
    const seen = this.#seen.get(key) ?? this.#lookup(path);
    this.#seen.set(key, seen);
    return seen;
  }

  /** What the system says of a path: links on the way are its own affair, which leave the root where they are absolute. */
  async #systemEntry(path: string): Promise<TreeEntry<File> | null> {
    if (path.length > longestPath) throw new NoWay();
    const pending = partsOf(path).toReversed();
    let place: readonly string[] = [];
    for (let links = 0; ; ) {
      const part = pending.pop();
      if (part === undefined) return { kind: 'folder' };
      if (part === '..' && place.length === 0) throw new Unread('a link on the way leads out of its folder');
      const next = part === '..' ? place.slice(0, -1) : [...place, part];
      // each step begins where the one before led
      // oxlint-disable-next-line no-await-in-loop
      const entry = part === '..' ? ({ kind: 'folder' } as const) : await this.#at(next);
      if (entry === null || pending.length === 0) return entry;
      if (entry.kind === 'other') throw new Unread(`${next.join('/')} is ${entry.what}`);
      if (entry.kind === 'file') throw new NoWay();
      if (entry.kind === 'folder') place = next;
      else {
        links += 1;
        if (links > mostSystemLinks) throw new NoWay();
        if (entry.target.startsWith('/')) throw new Unread('a link on the way leads out of its folder');
        pending.push(...partsOf(entry.target).toReversed());
      }
    }
  }

  async #follow(written: string): Promise<{ readonly path: string; readonly isLink: boolean }> {
    if (this.#links > mostLinks) throw new NoWay();
    const path = posix.join('/', written);
    const entry = path === '/' ? null : await this.#systemEntry(path);
    if (entry?.kind !== 'link') return { path, isLink: false };
    if (entry.target.length > longestPath) throw new NoWay();
    this.#links += 1;
    return { path: entry.target, isLink: true };
  }

  async #walk(path: string): Promise<string> {
    const slash = path.lastIndexOf('/');
    const [folder, name] = [path.slice(0, slash + 1), path.slice(slash + 1)];
    if (folder === '') return (await this.#follow(name)).path;
    if (name === '') return folder === '/' ? folder : await this.#walk(folder.slice(0, -1));
    const newFolder = await this.#walk(folder);
    const { path: target, isLink } = await this.#follow(posix.join(newFolder, name));
    return isLink && !target.startsWith('/') ? posix.join(newFolder, target) : target;
  }

  async resolve(written: string): Promise<Resolved<File> | null> {
    for (let path = written; ; ) {
      const before = this.#links;
      path = await this.#walk(path);
      if (before !== this.#links) continue;
      const rooted = posix.join('/', path);
      if (path !== rooted) {
        path = rooted;
        continue;
      }
      const entry = await this.#systemEntry(rooted);
      if (entry?.kind === 'other') throw new Unread(`${rooted.slice(1)} is ${entry.what}`);
      return entry?.kind === 'file' ? { path: partsOf(rooted), file: entry.file } : null;
    }
  }
}

/**
 * Follows a path and its links within a root that they never leave, as BuildKit does when it reads a Dockerfile: `..` stays in the
 * root, an absolute target begins there.
 * @throws Unread where the way leads through something whose content is elsewhere
 */
export async function resolveInRoot<File>(lookup: Lookup<File>, path: string): Promise<Resolved<File> | null> {
  if (path === '' || path.length > longestPath) return null;
  try {
    return await new RootPath(lookup).resolve(path);
  } catch (error) {
    if (error instanceof NoWay) return null;
    throw error;
  }
}

/** The names that BuildKit looks for: beside `Dockerfile` also `dockerfile` (buildkit, frontend/dockerui: ReadEntrypoint). */
export function dockerfileNames(filename: string): readonly string[] {
  const parts = filename.split('/');
  return parts.at(-1) === 'Dockerfile' ? [filename, [...parts.slice(0, -1), 'dockerfile'].join('/')] : [filename];
}

/** The Dockerfile of that name, or its lower-case sibling where only that one is there. */
export async function findDockerfile<File>(lookup: Lookup<File>, filename: string): Promise<Resolved<File> | null> {
  for (const name of dockerfileNames(filename)) {
    // the second name only counts without the first
    // oxlint-disable-next-line no-await-in-loop
    const found = await resolveInRoot(lookup, name);
    if (found !== null) return found;
  }
  return null;
}
