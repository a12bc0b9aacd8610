import {
  type CanonicalName,
  type Digest,
  type ReportPolicy,
  type ReportTrustedRoot,
  steadyClock,
  type VerificationMaterial,
} from '../../model/index.ts';
import { type DecideInput, loadPolicies, type PolicySet } from '../../policy/index.ts';
import { prepareVerifier, type RevocationSource } from '../../signature/index.ts';
import { fetchPolicyKeys } from './fetch-policy-keys.ts';
import { gatherMaterial } from './gather-material.ts';
import { type LocalEngine, localEngine } from './local-engine.ts';
import { policyExtensions } from './policy-extensions.ts';
import { openRegistries, type Registries } from './registries.ts';
import { revocationSource } from './revocation-source.ts';
import type { Session } from './session.ts';
import { openVerdictLog, type VerdictLog } from './verdict-log.ts';

/** What every image of one run is examined with. */
export interface Pipeline {
  readonly session: Session;
  /** When the time for verifying is over, by `steadyClock`. */
  readonly ends: number;
  readonly policies: PolicySet;
  readonly material: VerificationMaterial;
  readonly revocation: RevocationSource | null;
  readonly trustedRoots: DecideInput['trustedRoots'];
  readonly registries: Registries;
  readonly local: LocalEngine;
  /** Whether images of the local store may be used by the build. */
  readonly localImages: boolean;
  /** The digest from which an image is built whatever its tag stands for, as a lock says; null where none does. */
  readonly lockedDigest: (name: CanonicalName) => Digest | null;
  readonly reportPolicies: readonly ReportPolicy[];
  readonly reportTrustedRoots: readonly ReportTrustedRoot[];
  readonly verdicts: VerdictLog;
  close(): Promise<void>;
}

export interface PipelineOptions {
  /** The folder where the search for the project's policy begins; null for none. */
  readonly projectFrom: string | null;
  readonly localImages: boolean;
  /** Every embedded root, whether a policy counts on it or not: for who wants to see rather than to judge. */
  readonly allRoots?: boolean;
  /** The images of which it is asked what their tags stand for, although they are locked. Left out: none. */
  readonly unlocked?: 'all' | ReadonlySet<CanonicalName>;
}

/** The digest that a lock holds for a name: the project's lock, else that beside a machine's or user's policy. */
function lockedDigestIn(policies: PolicySet, name: CanonicalName): Digest | null {
  const locks = [policies.projectLock, ...policies.layers.map(({ ownLock }) => ownLock)];
  for (const lock of locks) {
    if (lock !== null && Object.hasOwn(lock.images, name)) return lock.images[name]?.digest ?? null;
  }
  return null;
}

/**
 * Reads the policies and everything that they name, and opens the registries.
 * @throws VerifyError `policy.*`, `lock.invalid`, `trust.invalid`, `usage.loosens`
 */
export async function openPipeline(
  session: Session,
  options: PipelineOptions,
  local: LocalEngine = localEngine(session),
  registries: Registries = openRegistries(session, local),
): Promise<Pipeline> {
  const { environment, own } = session;
  const { unlocked } = options;
  const ends = steadyClock() + own.timeout;
  const declared = await loadPolicies({
    environment,
    commandLine: own.policies,
    projectFrom: options.projectFrom,
    mode: own.mode,
    breakGlass: own.breakGlass ?? (environment.variables['DOCKER_VERIFY_BREAK_GLASS']?.trim() || null),
    now: session.now(),
    extensions: policyExtensions(session),
  });
  const policies = await fetchPolicyKeys(session, declared);
  const gathered = await gatherMaterial(session, policies, { allRoots: options.allRoots ?? false });
  // once the first requests are on their way, and before their answers
  setTimeout(() => void prepareVerifier(gathered.material), 5).unref();
  return {
    session,
    ends,
    policies,
    material: gathered.material,
    revocation: revocationSource(session, policies),
    trustedRoots: gathered.roots.map(({ id, layer, source }) => ({ id, layer, source })),
    registries,
    local,
    localImages: options.localImages,
    lockedDigest: (name) =>
      unlocked === 'all' || unlocked?.has(name) === true ? null : lockedDigestIn(policies, name),
    reportPolicies: policies.reportPolicies,
    reportTrustedRoots: gathered.reportTrustedRoots,
    verdicts: openVerdictLog(session, policies),
    close: () => registries.close(),
  };
}
