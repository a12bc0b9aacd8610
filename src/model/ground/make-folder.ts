import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './system-code.ts';

/** Makes a folder where none is. Also a file system that cannot be written says so of what is there already. */
async function makeOne(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    const found = await stat(folder).catch(() => null);
    if (found === null || !found.isDirectory()) throw error;
  }
}

/**
 * Makes a folder, and those above it that are missing, as `mkdir -p` does. Node's own way never ends where nothing can be made in a folder
 * whose system says then that it is not there: below /proc, or where folders are mounted when they are asked for (mkdir(2), ENOENT).
 * @param mode of each that is made
 * @throws Error of the file system
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  try {
    await makeOne(folder, mode);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder), mode);
    await makeOne(folder, mode);
  }
}
