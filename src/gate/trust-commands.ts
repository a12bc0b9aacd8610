import { join, resolve } from 'node:path';
import { loadPolicies } from '../policy/index.ts';
import {
  builtinTrustedRoots,
  describeTrustedRoot,
  publicGoodInstance,
  readTrustedRoot,
  refreshTrustedRoot,
  type TrustDescription,
} from '../trust/index.ts';
import { cacheFolder, type Session } from './session.ts';

/** Where refreshed trusted roots are kept. */
export function trustFolder(session: Session): string {
  return join(cacheFolder(session), 'trust');
}

/**
 * The trusted roots in use here, with ages and fingerprints.
 * @throws VerifyError `trust.invalid`, `policy.*`
 */
export async function describeTrust(session: Session): Promise<readonly TrustDescription[]> {
  const { environment, own, now } = session;
  const { workingDirectory } = environment;
  const [builtin, policies, ...named] = await Promise.all([
    builtinTrustedRoots(trustFolder(session)),
    loadPolicies({ environment, commandLine: own.policies, projectFrom: workingDirectory, mode: own.mode }),
    ...own.trustedRoots.map((path) => readTrustedRoot(resolve(workingDirectory, path), 'command-line')),
  ]);
  const roots = [...builtin, ...named.flat(), ...policies.material.trustedRoots];
  return await Promise.all(roots.map((root) => describeTrustedRoot(root, now())));
}

/**
 * Refreshes the public-good root through TUF; gives a sentence that says what became of it.
 * @throws VerifyError `trust.unavailable`
 */
export async function updateTrust(session: Session): Promise<string> {
  const { own, now } = session;
  const outcome = await refreshTrustedRoot({
    instance: publicGoodInstance,
    directory: trustFolder(session),
    offline: own.offline,
    now: now(),
    maxAgeDays: 0,
    timeout: Math.min(own.timeout, 15_000),
  });
  if (outcome.error !== null) throw outcome.error;
  const told = {
    refreshed: 'the trusted root is new',
    unchanged: 'the trusted root has not changed',
    fresh: 'the trusted root is fresh',
    offline: 'offline: nothing was asked for',
    failed: 'the refresh failed',
  };
  return told[outcome.status];
}
