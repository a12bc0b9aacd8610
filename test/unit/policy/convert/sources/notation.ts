// What Notation does with a trust policy (notation-go, verifier/trustpolicy and verifier.go), written from its source and not
// from ours.

/** A Notation signature as it sees one. */
export interface SeenNotation {
  readonly subject: Readonly<Record<string, string>>;
  /** The trust store that holds its authority. */
  readonly store: string;
  /** The trust store that holds the authority of its timestamp; null where it has none. */
  readonly timestamp: string | null;
  /** Whether it could be found out that no certificate was revoked. */
  readonly revocationKnown: boolean;
}

/** A trust policy as it stands. */
export interface TrustPolicy {
  readonly registryScopes: readonly string[];
  readonly signatureVerification: {
    readonly level: string;
    readonly verifyTimestamp?: string;
    readonly override?: Readonly<Record<string, string>>;
  };
  readonly trustStores?: readonly string[];
  readonly trustedIdentities?: readonly string[];
}

function parseSubject(text: string): Readonly<Record<string, string>> | null {
  const parts = text.split(',').map((part) => part.trim().split('=') as [string, string]);
  const found = Object.fromEntries(parts.map(([name, value]) => [name === 'S' ? 'ST' : name, value]));
  const isWhole = ['C', 'ST', 'O'].every((name) => (found[name] ?? '') !== '');
  return isWhole && Object.keys(found).length === parts.length ? found : null;
}

function isTrusted(identities: readonly string[], subject: Readonly<Record<string, string>>): boolean {
  if (identities.includes('*')) return true;
  return identities.some((identity) => {
    const wanted = identity.startsWith('x509.subject:') ? parseSubject(identity.slice('x509.subject:'.length)) : null;
    return wanted !== null && Object.entries(wanted).every(([name, value]) => subject[name] === value);
  });
}

function verifies(policy: TrustPolicy, signature: SeenNotation): boolean {
  const { level, verifyTimestamp, override = {} } = policy.signatureVerification;
  const enforced = (check: string): boolean =>
    (override[check] ??
      (level === 'strict' || (level === 'permissive' && ['authenticity', 'integrity'].includes(check))
        ? 'enforce'
        : 'log')) === 'enforce';
  const stores = policy.trustStores ?? [];
  const isAuthentic =
    stores.includes(`ca:${signature.store}`) && isTrusted(policy.trustedIdentities ?? [], signature.subject);
  if (enforced('authenticity') && !isAuthentic) return false;
  const clocks = stores.filter((store) => store.startsWith('tsa:'));
  const isStamped = signature.timestamp !== null && clocks.includes(`tsa:${signature.timestamp}`);
  if (enforced('authenticTimestamp') && clocks.length > 0 && verifyTimestamp !== 'afterCertExpiry' && !isStamped)
    return false;
  return !enforced('revocation') || signature.revocationKnown;
}

/** Whether `notation verify` passes for a repository; `skip` passes without a signature. */
export function notationAllows(
  policies: readonly TrustPolicy[],
  repository: string,
  signatures: readonly SeenNotation[],
): boolean {
  const exact = policies.find(({ registryScopes }) => registryScopes.includes(repository));
  const policy = exact ?? policies.find(({ registryScopes }) => registryScopes.includes('*'));
  if (policy === undefined) return false;
  if (policy.signatureVerification.level === 'skip') return true;
  return signatures.some((signature) => verifies(policy, signature));
}
