import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nearestName } from './nearest-name.ts';

/**
 * The path that was probably meant by one at which nothing is: that of its neighbour with nearly its name, in the folder as it was written.
 * Null where none is near, or the folder cannot be listed.
 * @param path absolute
 * @param written as the person named it
 */
export function nearestFile(path: string, written: string): string | null {
  try {
    const near = nearestName(basename(path), readdirSync(dirname(path)));
    if (near === null) return null;
    const named = join(dirname(written), near);
    // what begins with ./ is a path to every command, and without it another thing to some
    return /^\.[/\\]/.test(written) ? `.${written.charAt(1)}${named}` : named;
  } catch {
    return null;
  }
}
