import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Everything that a build makes on its way. */
export const work = join(root, 'build');

/** What a build is for. */
export const output = join(root, 'dist');
