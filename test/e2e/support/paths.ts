import { join } from 'node:path';

/** The project's root. */
export const project = join(import.meta.dirname, '..', '..', '..');

/** The executable under test: `dist/docker-verify`, unless VERIFY_EXECUTABLE names another. */
export const executable = process.env['VERIFY_EXECUTABLE'] ?? join(project, 'dist', 'docker-verify');

/** The folder of the lab that end-to-end tests use. */
export function labHome(): string {
  return process.env['LAB_HOME'] ?? join(project, 'build', 'lab');
}
