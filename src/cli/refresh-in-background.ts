import { spawn } from 'node:child_process';
import { isTrustRefreshDue, type Session } from '../gate/index.ts';

/** Docker's socket tells a plugin that Docker has ended, which is what this must outlive. */
const unwatched = { DOCKER_CLI_PLUGIN_SOCKET: undefined };

/**
 * Starts a refresh of the trusted root that goes on without us, where a run saw keyless signatures and the root's age asks for it. A
 * run never waits for it, and never fails by it.
 */
export async function refreshInBackground(session: Session, executable: string): Promise<void> {
  if (/[/\\]node(?:\.exe)?$/.test(executable)) return;
  try {
    if (!(await isTrustRefreshDue(session))) return;
    const env = { ...session.environment.variables, ...unwatched };
    const child = spawn(executable, ['trust', 'update'], { detached: true, stdio: 'ignore', env, windowsHide: true });
    child.on('error', () => undefined);
    child.unref();
  } catch {
    // some faults of the system are thrown, not told by an event: a run is over all the same
  }
}
