import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOfUnread } from '../../model/index.ts';

const passedOver: ReadonlySet<string> = new Set(['.git', 'node_modules']);
const dockerfileName = /^(?:.+\.)?(?:Docker|Container)file(?:\..+)?$/i;

/** Whether a file is a Dockerfile by its usual names. */
export function isDockerfileName(name: string): boolean {
  return dockerfileName.test(name) && !name.endsWith('.dockerignore');
}

/** One folder of a search. */
export interface WalkedFolder {
  /** Absolute. */
  readonly folder: string;
  /** 0 for the folder that the search began in. */
  readonly depth: number;
  readonly entries: readonly Dirent[];
  /** Those of its entries that are looked into next. */
  readonly below: readonly string[];
  /** Why it cannot be read, in words; null where it was. */
  readonly unreadable: string | null;
}

/**
 * The folders below one, itself first, without `.git` and `node_modules`; links to folders are not followed. The caller bounds how many
 * entries there may be.
 * @param root absolute
 */
export async function* walkFolders(root: string): AsyncGenerator<WalkedFolder> {
  const open = [{ folder: root, depth: 0 }];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const { folder, depth } = current;
    let unreadable: string | null = null;
    // one folder after another: a project may be large
    // oxlint-disable-next-line no-await-in-loop
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      unreadable = reasonOfUnread(error);
      return [];
    });
    const folders = entries.filter((entry) => entry.isDirectory() && !passedOver.has(entry.name));
    const below = folders.map(({ name }) => join(folder, name));
    yield { folder, depth, entries, below, unreadable };
    open.push(...below.map((path) => ({ folder: path, depth: depth + 1 })));
  }
}
