import { access, constants, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, systemCode, VerifyError, writeWhole } from '../../model/index.ts';

interface Destination {
  readonly path: string;
  readonly isFile: boolean;
  readonly isFolder: boolean;
}

/** Where a path really leads; a file that does not exist yet leads to itself. */
async function destination(path: string): Promise<Destination> {
  try {
    const real = await realpath(path);
    const found = await stat(real);
    return { path: real, isFile: found.isFile(), isFolder: found.isDirectory() };
  } catch {
    return { path, isFile: true, isFolder: false };
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of its path is not a folder',
  EACCES: 'permission denied',
  EROFS: 'it lies where nothing can be written',
  ENOSPC: 'there is no room left',
  EDQUOT: 'there is no room left for this user',
  EIO: 'the disk fails',
};

/** Why something could not be written, in words. */
export function reasonOfUnwritten(cause: unknown): string {
  return reasons[systemCode(cause)] ?? messageOf(cause);
}

function unwritable(path: string, cause: unknown): VerifyError {
  const isFull = ['ENOSPC', 'EDQUOT'].includes(systemCode(cause));
  return new VerifyError('file.unwritable', `cannot write ${path}: ${reasonOfUnwritten(cause)}`, {
    hint: isFull
      ? 'make room, or name a file elsewhere; then run it again'
      : 'name a file in a folder that exists and that you may write',
    cause,
  });
}

/**
 * Refuses early what `writeWholeFile` could not write: before a build, rather than after it.
 * @throws VerifyError `file.unwritable`
 */
async function refuseUnwritable(path: string): Promise<void> {
  try {
    const target = await destination(resolve(path));
    if (target.isFolder) throw new Error('it is a folder');
    await access(target.isFile ? dirname(target.path) : target.path, constants.W_OK);
    if (target.isFile && !(await stat(dirname(target.path))).isDirectory()) throw new Error('its folder is none');
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/**
 * Refuses early what could not be written, and one file for two results, of which the first would be lost.
 * @throws VerifyError `file.unwritable`, `usage.invalid`
 */
export async function refuseUnwritableFiles(paths: readonly string[]): Promise<void> {
  const seen = new Map<string, string>();
  for (const path of paths) {
    await refuseUnwritable(path);
    const absolute = resolve(path);
    const folder = await realpath(dirname(absolute)).catch(() => dirname(absolute));
    const target = await destination(join(folder, basename(absolute)));
    const other = seen.get(target.path);
    if (target.isFile && other !== undefined) {
      throw new VerifyError('usage.invalid', `two results cannot go to one file: ${path}`, {
        hint: other === path ? 'name another file for one of them' : `${other} is the same file: name another`,
      });
    }
    seen.set(target.path, path);
  }
}

/**
 * Replaces a file in one step, through a link where it is one: it is never half-written. What is no file (a pipe, a terminal) is
 * written to as it is.
 * @throws VerifyError `file.unwritable`
 */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  try {
    const target = await destination(resolve(path));
    await (target.isFile ? writeWhole(target.path, text) : writeFile(target.path, text));
  } catch (cause) {
    throw unwritable(path, cause);
  }
}
