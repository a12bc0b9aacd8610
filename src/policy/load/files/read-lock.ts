import { join } from 'node:path';
import { isVerifyError, VerifyError } from '../../../model/index.ts';
import type { LockFile } from '../../language/compiled/policy-set.ts';
import { lockFileName, parseLock } from '../../lock/lock-file.ts';
import { isPresent, readBytes } from './safe-file.ts';

/**
 * The lock of a folder, or the place where it would be.
 * @param named the folder, as named to the user
 * @throws VerifyError `lock.invalid`
 */
export async function readLock(folder: string, named: string = folder): Promise<LockFile> {
  const file = join(folder, lockFileName);
  const path = join(named, lockFileName);
  try {
    if (!(await isPresent(file, path))) return { path, exists: false, images: {} };
    return parseLock(await readBytes(file, path), path);
  } catch (error) {
    if (!isVerifyError(error, 'policy.unreadable')) throw error;
    throw new VerifyError('lock.invalid', error.message, {
      place: { file: path },
      hint: 'mend its permissions',
      cause: error,
    });
  }
}
