import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { onTestFinished } from 'vitest';

/** A pipe at `path` through which nothing comes. It ends with the test, so that what waits for it holds up that test alone. */
export function silentPipe(path: string): void {
  execFileSync('mkfifo', [path]);
  const end = openSync(path, constants.O_RDWR);
  onTestFinished(() => closeSync(end));
}
