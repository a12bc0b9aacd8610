import { copyFile, lstat, mkdir, realpath, rmdir, stat, symlink, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissingFile, messageOf, placeWhole, readBoundedFile, VerifyError } from '../model/index.ts';

async function absentAs<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (isMissingFile(error)) return null;
    throw error;
  }
}

/**
 * Makes a folder with those above it, closed to other users. Returns the ones that were made, outermost first.
 * @throws VerifyError `file.unwritable`
 */
export async function makeFolders(folder: string): Promise<readonly string[]> {
  const missing: string[] = [];
  try {
    for (let at = folder; (await absentAs(lstat(at))) === null; at = dirname(at)) missing.unshift(at);
    for (const each of missing) await mkdir(each, { mode: 0o700 });
    return missing;
  } catch (error) {
    throw new VerifyError('file.unwritable', `the folder ${folder} could not be made: ${messageOf(error)}`, {
      hint: 'see who owns the folders above it; DOCKER_CONFIG names another place for the configuration of Docker',
      cause: error,
    });
  }
}

const largest = 1024 * 1024 * 1024; // bytes, of an executable

/** Whether the two paths lead to one file, or to files of the same bytes. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([realpath(one), absentAs(realpath(other))]);
  if (first === second || second === null) return first === second;
  const [left, right] = await Promise.all([stat(first), stat(second)]);
  if (!right.isFile() || left.size !== right.size) return false;
  const [wanted, found] = await Promise.all([readBoundedFile(first, largest), readBoundedFile(second, largest)]);
  return wanted !== null && found !== null && wanted.equals(found);
}

/**
 * Refuses where something else has the place of the plugin, be it another program, a folder or an earlier version: Docker would start that,
 * and nothing says that it verifies anything.
 * @throws VerifyError `file.unwritable`
 */
export async function refuseOther(executable: string, target: string): Promise<void> {
  if ((await absentAs(lstat(target))) === null || (await isSameFile(executable, target))) return;
  throw new VerifyError('file.unwritable', `${target} is there already, and is not this program; nothing was changed`, {
    hint: 'Docker would start that one: remove it and try again, or have it install itself',
  });
}

/** What placing an executable made. */
export interface Placement {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/**
 * Makes `executable` reachable at `target`: by a link, or a copy on Windows. What is there already and leads to the same file stays;
 * what is there and leads elsewhere is replaced only if `isOurs`.
 * @throws VerifyError `file.unwritable`
 */
export async function placeExecutable(
  executable: string,
  target: string,
  options: { readonly isOurs: boolean; readonly copy: boolean },
): Promise<Placement> {
  try {
    const source = await realpath(executable);
    const isThere = (await absentAs(lstat(target))) !== null;
    if (isThere && ((await absentAs(realpath(target))) === source || !options.isOurs))
      return { files: [], folders: [] };
    const folders = await makeFolders(dirname(target));
    await placeWhole(target, (beside) => (options.copy ? copyFile(source, beside) : symlink(source, beside)));
    return { files: [target], folders };
  } catch (error) {
    if (error instanceof VerifyError) throw error;
    throw new VerifyError('file.unwritable', `${target} could not be made: ${messageOf(error)}`, {
      hint: 'see who owns its folder, and whether the disk is full',
      cause: error,
    });
  }
}

/**
 * Removes what `placeExecutable` made, so far as it is still that: a link (or, where copies are made, a file). Folders go only if
 * they are empty. Answers the files that were removed.
 * @throws VerifyError `file.unwritable`
 */
export async function removePlaced(
  placed: Placement,
  { isCopy }: { readonly isCopy: boolean },
): Promise<readonly string[]> {
  const removed: string[] = [];
  try {
    for (const file of placed.files) {
      const found = await absentAs(lstat(file));
      if (found === null || !(isCopy ? found.isFile() : found.isSymbolicLink())) continue;
      await unlink(file);
      removed.push(file);
    }
  } catch (error) {
    throw new VerifyError('file.unwritable', 'a file of the installation could not be removed', {
      hint: 'see who owns its folder',
      cause: error,
    });
  }
  for (const folder of placed.folders.toReversed()) await rmdir(folder).catch(() => {}); // not empty: it holds files of others
  return removed;
}
