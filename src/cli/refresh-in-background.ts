import { spawn } from 'node:child_process';
import { isTrustRefreshDue, type Session } from '../gate/index.ts';

/**
 * Starts a refresh of the trusted root that goes on without us, where a run saw keyless signatures and the root's age asks for it. A
 * run never waits for it, and never fails by it.
 */
export async function refreshInBackground(session: Session, executable: string): Promise<void> {
  if (/[/\\]node(?:\.exe)?$/.test(executable) || !(await isTrustRefreshDue(session))) return;
  const { variables } = session.environment;
  const child = spawn(executable, ['trust', 'update'], {
    detached: true,
    stdio: 'ignore',
    env: variables,
    windowsHide: true,
  });
  child.on('error', () => undefined);
  child.unref();
}
