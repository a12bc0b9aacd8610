import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadPolicies } from '../policy/index.ts';
import {
  builtinTrustedRoots,
  cachedTrustedRoot,
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

const day = 24 * 60 * 60 * 1000;
const lifetime = 7 * day;

/**
 * Whether the public-good root should be asked for again: it was not confirmed for a week, and nobody has tried today. Notes the
 * attempt, so that of many builds one tries.
 */
export async function isTrustRefreshDue(session: Session): Promise<boolean> {
  if (session.own.offline) return false;
  const folder = trustFolder(session);
  const now = session.now().getTime();
  const cached = await cachedTrustedRoot(publicGoodInstance, folder);
  if (cached !== null && now - Date.parse(cached.checked) < lifetime) return false;
  const mark = join(folder, 'last-attempt');
  const tried = await stat(mark).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  if (now - tried < day) return false;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(mark, '');
    return true;
  } catch {
    return false; // what cannot be kept is not worth fetching behind somebody's back
  }
}
