import { randomBytes } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { VerifyError } from '../gate/index.ts';

/** Where a path really leads; a file that does not exist yet leads to itself. */
async function destination(path: string): Promise<{ readonly path: string; readonly isFile: boolean }> {
  try {
    const real = await realpath(path);
    return { path: real, isFile: (await stat(real)).isFile() };
  } catch {
    return { path, isFile: true };
  }
}

/** Replaces a file in one step; what is no file (a pipe, a terminal) can only be written to. */
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
 * Writes a result to `file`, whole or not at all, or to standard output where none is named.
 * @throws VerifyError `file.unwritable`
 */
export async function writeResult(text: string, file: string | null): Promise<void> {
  if (file === null) {
    await new Promise<void>((done) => {
      process.stdout.write(text, () => done());
    });
    return;
  }
  try {
    await replace(resolve(file), text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown reason';
    throw new VerifyError('file.unwritable', `cannot write ${file}: ${reason}`, {
      hint: 'name a file in a folder that exists and that you may write',
      cause,
    });
  }
}
