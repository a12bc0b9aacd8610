import type { Signer } from '../../model/index.ts';
import type { ClusterIdentity } from '../language/cluster-policy.ts';
import type { PolicySet } from '../language/policy-set.ts';
import { matchesText } from '../language/text-pattern.ts';
import type { TrustedSigner } from '../language/trusted-signer.ts';
import { isClaimed } from './match-signer.ts';

/** Every signer that some rule trusts, for whatever image and in whatever part. */
function trustedSigners({ layers }: PolicySet): readonly TrustedSigner[] {
  const rules = layers.flatMap((layer) => layer.rules);
  const entries = rules.flatMap((rule) => [
    ...(rule.signedBy ?? []),
    ...rule.attestations.flatMap(({ signedBy }) => signedBy ?? []),
  ]);
  return entries.flatMap(({ choices }) => choices.map(({ signer }) => signer));
}

function clusterIdentities({ layers }: PolicySet): readonly ClusterIdentity[] {
  const authorities = layers.flatMap(({ clusterPolicies }) => clusterPolicies.flatMap((policy) => policy.authorities));
  return authorities.flatMap(({ signer }) => (signer.kind === 'keyless' ? signer.identities : []));
}

function isNamed(signer: Signer, trusted: TrustedSigner): boolean {
  if (trusted.kind === 'certificate') return isClaimed(trusted, signer);
  if (signer.kind === 'keyless') {
    const { identity, issuer } = signer;
    return trusted.kind === 'keyless' && trusted.issuer === issuer && matchesText(trusted.identity, identity);
  }
  if (signer.kind === 'certificate') return trusted.kind === 'notation' && trusted.subject === signer.subject;
  return trusted.kind === 'key' && (trusted.id === signer.sha256 || trusted.id === null);
}

/**
 * Whether any policy in force could count what a signer signs. Wider than any single rule: it serves to leave out, of very many
 * signatures, those that count nowhere.
 */
export function wantedSigners(policies: PolicySet): (signer: Signer) => boolean {
  const trusted = trustedSigners(policies);
  const identities = clusterIdentities(policies);
  return (signer) =>
    trusted.some((each) => isNamed(signer, each)) ||
    (signer.kind === 'keyless' &&
      identities.some(
        ({ issuer, subject }) => matchesText(issuer, signer.issuer) && matchesText(subject, signer.identity),
      ));
}
