import { randomBytes } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { VerifyError } from '../model/index.ts';

/** Where a path really leads; a file that does not exist yet leads to itself. */
async function destination(path: string): Promise<{ readonly path: string; readonly isFile: boolean }> {
  try {
    const real = await realpath(path);
    return { path: real, isFile: (await stat(real)).isFile() };
  } catch {
    return { path, isFile: true };
  }
}

async function replace(path: string, text: string): Promise<void> {
  const target = await destination(path);
  if (!target.isFile) return await writeFile(target.path, text);
  const temporary = join(dirname(target.path), `.${basename(target.path)}.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, target.path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Replaces a file in one step, through a link where it is one: it is never half-written. What is no file (a pipe, a terminal) is
 * written to as it is.
 * @throws VerifyError `file.unwritable`
 */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  try {
    await replace(resolve(path), text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown reason';
    throw new VerifyError('file.unwritable', `cannot write ${path}: ${reason}`, {
      hint: 'name a file in a folder that exists and that you may write',
      cause,
    });
  }
}
