import { realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { lockFileName } from '../../lock/lock-file.ts';
import { findLookalike, type Lookalike, projectPolicyName } from './lookalike.ts';
import { isPresent } from './safe-file.ts';

export interface ProjectFiles {
  /** Absolute; where the lock is, or would be. */
  readonly folder: string;
  /** Absolute; null where there is none. */
  readonly policy: string | null;
  readonly lock: string;
  /** Files on the way whose names are nearly those of a policy or a lock, and which are not read. */
  readonly lookalike: Lookalike | null;
}

/**
 * Looks for the project's policy in `start`, then upwards to the folder that holds `.git`, the home folder or the root;
 * the nearest counts. The search never goes up into a folder of another owner, nor takes from above a file that
 * neither the folder's owner nor the user nor root put there.
 */
export async function findProject(start: string, home: string, userId: number | null): Promise<ProjectFiles> {
  const folder = resolve(start);
  const ends = new Set([resolve(home), await real(home)]);
  const owner = await ownerOf(folder);
  let lockFolder: string | null = null;
  let lookalike: Lookalike | null = null;
  for (let current = folder; ; current = dirname(current)) {
    const isStart = current === folder;
    const isCounted = async (path: string): Promise<boolean> => isStart || (await isOwn(path, owner, userId));
    const policy = join(current, projectPolicyName);
    const near: Lookalike | null = lookalike === null ? await findLookalike(current) : null;
    if (near !== null && (await isCounted(near.path))) lookalike = near;
    const lock = join(current, lockFileName);
    if ((await isPresent(policy)) && (await isCounted(policy))) return { folder: current, policy, lock, lookalike };
    if (lockFolder === null && (await isPresent(lock)) && (await isCounted(lock))) lockFolder = current;
    const parent = dirname(current);
    const isEnd = ends.has(current) || parent === current || (await isPresent(join(current, '.git')));
    if (isEnd || (await ownerOf(parent)) !== (await ownerOf(current))) break;
  }
  const where = lockFolder ?? folder;
  return { folder: where, policy: null, lock: join(where, lockFileName), lookalike };
}

/** The path without links, or as it is where it leads nowhere. */
async function real(path: string): Promise<string> {
  return await realpath(path).catch(() => resolve(path));
}

/**
 * The projects of a folder that may have been named through a link: above the folder itself, and above the way that leads there.
 * The folder's own comes first; nothing stands twice.
 */
export async function findProjects(
  start: string,
  home: string,
  userId: number | null,
): Promise<readonly [ProjectFiles, ...ProjectFiles[]]> {
  const written = resolve(start);
  const folder = await real(written);
  const own = await findProject(folder, home, userId);
  if (folder === written) return [own];
  const onTheWay = await findProject(written, home, userId);
  const place = async ({ folder, policy }: ProjectFiles): Promise<string> => await real(policy ?? folder);
  return (await place(own)) === (await place(onTheWay)) ? [own] : [own, onTheWay];
}

async function ownerOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).uid;
  } catch {
    return null;
  }
}

async function isOwn(path: string, folderOwner: number | null, userId: number | null): Promise<boolean> {
  if (userId === null) return true;
  const owner = await ownerOf(path);
  return owner === null || owner === folderOwner || owner === userId || owner === 0;
}
