import { randomUUID } from 'node:crypto';
import { type FileHandle, link, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMissingFile } from './bounded-file.ts';
import { makeFolder } from './make-folder.ts';

/** How a file comes to its place. */
export interface PlacingOptions {
  /** Nothing may stand there yet: else `EEXIST`. Left out: what stands there is replaced. */
  readonly exclusive?: boolean;
  /** Missing folders above it are made, open to their owner alone. */
  readonly makeFolders?: boolean;
}

/** How a file is written. */
export interface WritingOptions extends PlacingOptions {
  /** Permissions, less what the umask takes. Left out: `0666`, as for any output of a program. */
  readonly mode?: number;
  /** Where a file stands there already, the new one gets its permissions and owner; `mode` counts for a new one. */
  readonly keepsMode?: boolean;
  /** The bytes are on the disk before the file takes its place, for what cannot be made anew. */
  readonly isDurable?: boolean;
  /** A link stays one: what it leads to is replaced. Left out: the link itself is. */
  readonly followsLinks?: boolean;
}

/** What we keep for ourselves, in caches and records: for its owner alone, with the folders that it needs. */
export const ownFile: WritingOptions = { mode: 0o600, makeFolders: true };

/**
 * Puts what `make` leaves at a path of its own (a file, a link) at `target` in one step, so that no other program sees half of it.
 * Where that fails, what `make` left is removed again.
 * @throws Error of the file system
 */
export async function placeWhole(
  target: string,
  make: (beside: string) => Promise<void>,
  { exclusive = false, makeFolders = false }: PlacingOptions = {},
): Promise<void> {
  if (makeFolders) await makeFolder(dirname(target), 0o700);
  const beside = join(dirname(target), `.docker-verify-${randomUUID()}.tmp`);
  try {
    await make(beside);
    if (exclusive) await link(beside, target);
    else await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  if (exclusive) await rm(beside, { force: true });
}

/** The file behind links; a path where nothing is leads to itself. */
async function behindLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissingFile(error)) return path;
    throw error;
  }
}

async function takeAfter(file: FileHandle, target: string): Promise<void> {
  try {
    const { uid, gid, mode } = await stat(target);
    const own = await file.stat();
    if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid);
    await file.chmod(mode & 0o7777);
  } catch (error) {
    if (!isMissingFile(error)) throw error;
  }
}

/**
 * Writes a file whole or not at all: beside its place first, under a name that cannot be guessed and that must be new, then put there in
 * one step. All that this program writes under a name that others may look at meanwhile is written by this function.
 * @throws Error of the file system
 */
export async function writeWhole(
  path: string,
  content: Uint8Array | string,
  options: WritingOptions = {},
): Promise<void> {
  const { mode = 0o666, keepsMode = false, isDurable = false, followsLinks = false } = options;
  const target = followsLinks ? await behindLinks(path) : path;
  const fill = async (beside: string): Promise<void> => {
    if (!keepsMode && !isDurable) return await writeFile(beside, content, { mode, flag: 'wx' });
    const file = await open(beside, 'wx', mode);
    try {
      if (keepsMode) await takeAfter(file, target);
      await file.writeFile(content);
      if (isDurable) await file.sync();
    } finally {
      await file.close();
    }
  };
  await placeWhole(target, fill, options);
}
