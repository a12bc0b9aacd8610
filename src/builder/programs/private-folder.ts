import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, folderNamedBy, systemCode, VerifyError } from '../../model/index.ts';

/** A folder that other users cannot read, for the time of one step. */
export interface PrivateFolder {
  readonly path: string;
  /**
   * Writes a file into it, which is then its own; answers its path.
   * @throws VerifyError `file.unwritable`
   */
  write(name: string, text: string): string;
  /** Removes it with all that it holds, as far as that can be done; may be called more than once. */
  remove(): void;
}

function temporaryRoot(environment: Environment): string {
  const { homeDirectory, platform } = environment;
  if (platform !== 'win32') return folderNamedBy(environment, 'TMPDIR') ?? '/tmp';
  return folderNamedBy(environment, 'TEMP', 'TMP') ?? join(homeDirectory, 'AppData', 'Local', 'Temp');
}

function writeInto(file: string, text: string): string {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
    return file;
  } catch (cause) {
    const reason = systemCode(cause) || 'unknown reason';
    throw new VerifyError('file.unwritable', `the temporary file ${file} cannot be written: ${reason}`, {
      hint: 'make room there, or name another folder with TMPDIR',
      cause,
    });
  }
}

function removeWhole(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    // a disk that can no longer be written to, for instance: how the step ended is what counts
    if (systemCode(error) === '') throw error;
  }
}

/**
 * Makes a folder of mode 0700 with a name that cannot be guessed, in the system's temporary folder.
 * @throws VerifyError `file.unwritable`
 */
export function createPrivateFolder(environment: Environment): PrivateFolder {
  const root = temporaryRoot(environment);
  try {
    const path = mkdtempSync(join(root, 'docker-verify-'));
    return {
      path,
      write: (name, text) => writeInto(join(path, name), text),
      remove: () => removeWhole(path),
    };
  } catch (cause) {
    throw new VerifyError('file.unwritable', `no temporary folder can be made in ${root}`, {
      hint: 'name a folder that can be written to with TMPDIR',
      cause,
    });
  }
}
