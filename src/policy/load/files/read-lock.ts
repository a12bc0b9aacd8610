import { join } from 'node:path';
import { isVerifyError, VerifyError } from '../../../model/index.ts';
import type { LockFile } from '../../language/compiled/policy-set.ts';
import { lockFileName, parseLock } from '../../lock/lock-file.ts';
import { isPresent, readBytes } from './safe-file.ts';

/**
 * The lock of a folder, or the place where it would be.
 * @throws VerifyError `lock.invalid`
 */
export async function readLock(folder: string): Promise<LockFile> {
  const path = join(folder, lockFileName);
  try {
    if (!(await isPresent(path))) return { path, exists: false, images: {} };
    return parseLock(await readBytes(path), path);
  } catch (error) {
    if (!isVerifyError(error, 'policy.unreadable')) throw error;
    throw new VerifyError('lock.invalid', error.message, {
      place: { file: path },
      hint: 'mend its permissions',
      cause: error,
    });
  }
}
