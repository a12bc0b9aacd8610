import { randomBytes } from 'node:crypto';
import { realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VerifyError } from '../model/index.ts';

/**
 * Replaces a file in one step, through a link where it is one; it is never half-written.
 * @throws VerifyError `file.unwritable`
 */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new VerifyError(
      'file.unwritable',
      `cannot write ${path}: ${cause instanceof Error ? cause.message : 'unknown reason'}`,
      {
        hint: 'see who may write to that folder',
        cause,
      },
    );
  }
}
