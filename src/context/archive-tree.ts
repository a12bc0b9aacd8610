import type { TreeEntry } from './resolve-in-root.ts';
import { Unread } from './unread.ts';

/** A regular file of an archive, known by its place among the entries. */
export interface ArchivedFile {
  readonly ordinal: number;
  readonly size: number;
}

/** What a header says. */
export interface ArchiveHeader {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly target: string;
}

type Node =
  | { readonly kind: 'folder'; readonly children: Map<string, Node> }
  | { readonly kind: 'file'; readonly file: ArchivedFile }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'other'; readonly what: string };

type Folder = Extract<Node, { kind: 'folder' }>;

function emptyFolder(): Folder {
  return { kind: 'folder', children: new Map() };
}

/** The parts of a name within the archive's root. */
function partsOf(name: string): readonly string[] {
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined && !name.startsWith('/'))
      throw new Unread(`${name} lies outside of the archive`);
  }
  return parts;
}

/** The tree that unpacking an archive would make, as Docker unpacks it: what comes later takes the place of what came before. */
export class ArchiveTree {
  readonly #root = emptyFolder();

  /** Where an entry goes; folders on the way are made. Through a link it might be anywhere, so such an entry is refused. */
  #folderFor(parts: readonly string[]): Folder {
    let folder = this.#root;
    for (const part of parts) {
      const known = folder.children.get(part);
      const next = known ?? emptyFolder();
      if (next.kind !== 'folder') throw new Unread(`an entry lies beneath ${parts.join('/')}, which is no folder`);
      if (known === undefined) folder.children.set(part, next);
      folder = next;
    }
    return folder;
  }

  #nodeOf(header: ArchiveHeader, ordinal: number): Node {
    switch (header.type) {
      case 'file':
        return { kind: 'file', file: { ordinal, size: header.size } };
      case 'directory':
        return emptyFolder();
      case 'symlink':
        return { kind: 'link', target: header.target };
      case 'link': {
        const found = this.#at(partsOf(header.target));
        if (found === null || found.kind === 'folder') throw new Unread(`the link ${header.name} leads to no file`);
        return found;
      }
      default:
        return { kind: 'other', what: `a ${header.type}` };
    }
  }

  /** Unpacks one entry. @throws Unread for what Docker would refuse or only a disk can tell */
  add(header: ArchiveHeader, ordinal: number): void {
    const parts = partsOf(header.name);
    const name = parts.at(-1);
    if (name === undefined) return;
    const folder = this.#folderFor(parts.slice(0, -1));
    const node = this.#nodeOf(header, ordinal);
    const known = folder.children.get(name);
    if (known?.kind === 'folder' && header.type === 'directory') return;
    folder.children.set(name, node);
  }

  #at(parts: readonly string[]): Node | null {
    let node: Node = this.#root;
    for (const part of parts) {
      if (node.kind !== 'folder') throw new Unread('a link leads through something that is no folder');
      const next = node.children.get(part);
      if (next === undefined) return null;
      node = next;
    }
    return node;
  }

  /** What lies at a path, links on the way not followed. */
  lookup(path: readonly string[]): TreeEntry<ArchivedFile> | null {
    return this.#at(path);
  }
}
