import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  foldersAbove,
  nearestFile,
  readBoundedInput,
  reasonOfUnread,
  systemCode,
  VerifyError,
} from '../../../model/index.ts';

const largestFile = 8_388_608; // bytes

function cureOfUnreadable(error: unknown): string {
  return systemCode(error) === 'EISDIR' ? 'name a file in it' : 'mend its permissions, or name another file';
}

/** Whether something, be it a dangling link, has this name. Only "no such file" counts as no. */
export async function isPresent(path: string, named: string = path): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw new VerifyError('policy.unreadable', `${named} cannot be read: ${reasonOfUnread(error)}`, {
      place: { file: named },
      hint: 'only a file that does not exist is taken as absent: mend its permissions or remove it',
      cause: error,
    });
  }
}

/**
 * The bytes of a file of at most 8 MiB, or what comes through a pipe, as shells make of `<(…)`.
 * @param named as the user named it, or would
 * @throws VerifyError `policy.unreadable` with that name
 */
export async function readBytes(path: string, named: string = path): Promise<Uint8Array> {
  try {
    return await readBoundedInput(path, largestFile);
  } catch (error) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes(systemCode(error));
    const near = isMissing ? nearestFile(path, named) : null;
    const missing = near === null ? 'name a file that exists' : `did you mean ${near}?`;
    throw new VerifyError('policy.unreadable', `${named} cannot be read: ${reasonOfUnread(error)}`, {
      place: { file: named },
      hint: isMissing ? missing : cureOfUnreadable(error),
      cause: error,
    });
  }
}

/**
 * Refuses a machine or user policy that another user may change: links followed, file and folder must belong to the
 * user or to root, and must not be writable by others. Nothing is checked where there are no user identifiers (Windows).
 * @throws VerifyError `policy.unsafe`
 */
export async function refuseUnsafe(path: string, userId: number | null): Promise<void> {
  if (userId === null) return;
  const target = await realOf(path);
  for (const checked of new Set([target, dirname(target), dirname(path)]))
    await refuseUnsafePath(checked, path, userId);
}

/**
 * Refuses a place for policies that another user than root may change: what is there already of the folder, links followed, and every
 * folder above it, in which it could be replaced.
 * @throws VerifyError `policy.unsafe`, or `policy.unreadable` for a link that leads nowhere and for what is no folder
 */
async function refuseUnsafeFolder(folder: string): Promise<void> {
  if (!(await isPresent(folder))) return await refuseUnsafeFolder(dirname(folder));
  const target = await realOf(folder);
  if (!(await stat(target)).isDirectory()) {
    throw new VerifyError('policy.unreadable', `${folder} is not a folder`, {
      place: { file: folder },
      hint: 'move it away: policies would lie in it',
    });
  }
  for (const checked of new Set([target, ...foldersAbove(target), ...foldersAbove(folder)])) {
    const { uid, mode } = await stat(checked);
    // in a sticky folder of root nobody replaces what is root's
    const isSticky = checked !== target && uid === 0 && (mode & 0o1000) !== 0;
    if (!isSticky) await refuseUnsafePath(checked, folder, 0);
  }
}

/**
 * Refuses to place policies where another user than root could change them afterwards: in such a folder, or where a file of that name is
 * there already and is such a one, whatever it holds.
 * @throws VerifyError `policy.unsafe`, `policy.unreadable`
 */
export async function refuseUnsafePlaces(folder: string, files: readonly string[]): Promise<void> {
  await refuseUnsafeFolder(folder);
  for (const file of files) if (await isPresent(file)) await refuseUnsafe(file, 0);
}

async function realOf(path: string): Promise<string> {
  return await realpath(path).catch((error: unknown) => {
    throw new VerifyError('policy.unreadable', `${path} cannot be read: ${reasonOfUnread(error)}`, {
      place: { file: path },
      hint: 'mend the link, or remove it',
      cause: error,
    });
  });
}

async function refuseUnsafePath(checked: string, policy: string, userId: number): Promise<void> {
  const { uid, gid, mode } = await stat(checked);
  const named = checked === policy ? checked : `${checked} (of the policy ${policy})`;
  if (uid !== userId && uid !== 0) {
    throw new VerifyError('policy.unsafe', `${named} belongs to user ${uid}, who could change what is trusted`, {
      place: { file: policy },
      hint: `make it yours or root's: chown ${userId} ${checked}`,
    });
  }
  // A group of root, or the private group that many systems give each user, adds no other user.
  const groupWritable = (mode & 0o020) !== 0 && gid !== 0 && gid !== userId;
  if ((mode & 0o002) !== 0 || groupWritable) {
    throw new VerifyError('policy.unsafe', `${named} may be written by others, who could change what is trusted`, {
      place: { file: policy },
      hint: `take the permission away: chmod go-w ${checked}`,
    });
  }
}
