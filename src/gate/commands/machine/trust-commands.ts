import { stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isChangedWithin, makeFolder } from '../../../model/index.ts';
import { loadPolicies } from '../../../policy/index.ts';
import {
  builtinTrustedRoots,
  cachedTrustedRoot,
  describeTrustedRoot,
  embeddedInstances,
  type RefreshOutcome,
  readTrustedRoot,
  refreshTrustedRoot,
  type TrustDescription,
  type TrustInstance,
} from '../../../trust/index.ts';
import { policyExtensions } from '../../session/policy-extensions.ts';
import { openWebClient, type Session } from '../../session/session.ts';
import { trustFolder } from '../../session/trust-folder.ts';

/**
 * The trusted roots in use here, with ages and fingerprints.
 * @throws VerifyError `trust.invalid`, `policy.*`
 */
export async function describeTrust(session: Session): Promise<readonly TrustDescription[]> {
  const { environment, own, now } = session;
  const { workingDirectory } = environment;
  const [builtin, policies, ...named] = await Promise.all([
    builtinTrustedRoots(trustFolder(session)),
    loadPolicies({
      environment,
      commandLine: own.policies,
      projectFrom: workingDirectory,
      mode: own.mode,
      extensions: policyExtensions(session),
    }),
    ...own.trustedRoots.map((path) => readTrustedRoot(resolve(workingDirectory, path), 'command-line')),
  ]);
  const roots = [...builtin, ...named.flat(), ...policies.material.trustedRoots];
  return await Promise.all(roots.map((root) => describeTrustedRoot(root, now())));
}

const outcomeTexts: Readonly<Record<RefreshOutcome['status'], string>> = {
  refreshed: 'the trusted root is new',
  unchanged: 'the trusted root has not changed',
  fresh: 'the trusted root is fresh',
  offline: 'offline: nothing was asked for',
  failed: 'the refresh failed',
};

/**
 * Refreshes the embedded roots through TUF, each on its own; gives a sentence for each that says what became of it.
 * @throws VerifyError `trust.unavailable` where one of them could not be refreshed
 */
export async function updateTrust(session: Session): Promise<readonly string[]> {
  const { own, now } = session;
  const client = openWebClient(session);
  try {
    const outcomes = await Promise.all(
      embeddedInstances.map(async (instance) => ({
        instance,
        outcome: await refreshTrustedRoot({
          instance,
          directory: trustFolder(session),
          offline: own.offline,
          now: now(),
          maxAgeDays: 0,
          fetchFile: (url, limit) => client.request({ url, limit, follow: true }),
        }),
      })),
    );
    const failed = outcomes.find(({ outcome }) => outcome.error !== null);
    if (failed?.outcome.error) throw failed.outcome.error;
    return outcomes.map(({ instance, outcome }) => `${instance.source}: ${outcomeTexts[outcome.status]}`);
  } finally {
    client.close();
  }
}

const day = 24 * 60 * 60 * 1000;
const lifetime = 7 * day;

async function isStale(instance: TrustInstance, folder: string, now: number): Promise<boolean> {
  const cached = await cachedTrustedRoot(instance, folder);
  const age = cached === null ? -1 : now - Date.parse(cached.checked);
  return age < 0 || age >= lifetime;
}

/**
 * Whether the embedded roots should be asked for again: one was not confirmed for a week, and no attempt was made today. Notes the
 * attempt, so that of many builds only one makes it.
 */
export async function isTrustRefreshDue(session: Session): Promise<boolean> {
  if (session.own.offline) return false;
  const folder = trustFolder(session);
  const now = session.now().getTime();
  const stale = await Promise.all(embeddedInstances.map((instance) => isStale(instance, folder, now)));
  if (!stale.includes(true)) return false;
  const mark = join(folder, 'last-attempt');
  const tried = await stat(mark).catch(() => null);
  if (tried !== null && isChangedWithin(tried, day, now)) return false;
  try {
    await makeFolder(folder, 0o700);
    await writeFile(mark, '');
    return true;
  } catch {
    return false; // a root that cannot be kept is not worth fetching in the background
  }
}
