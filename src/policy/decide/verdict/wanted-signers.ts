import type { Signer } from '../../../model/index.ts';
import type { ClusterAuthority } from '../../language/compiled/cluster-policy.ts';
import type { PolicySet } from '../../language/compiled/policy-set.ts';
import type { TrustedSigner } from '../../language/compiled/trusted-signer.ts';
import { matchesText } from '../../language/patterns/text-pattern.ts';
import { isClaimed } from '../evidence/match-signer.ts';

/** Whom the policies of clusters trust. */
function clusterSigners({ layers }: PolicySet): readonly ClusterAuthority['signer'][] {
  const policies = layers.flatMap(({ clusterPolicies }) => clusterPolicies);
  return policies.flatMap(({ authorities }) => authorities.map(({ signer }) => signer));
}

/** Every signer that some rule trusts, for whatever image and in whatever part. */
function trustedSigners({ layers }: PolicySet): readonly TrustedSigner[] {
  const rules = layers.flatMap((layer) => layer.rules);
  const entries = rules.flatMap((rule) => [
    ...(rule.signedBy ?? []),
    ...rule.attestations.flatMap(({ signedBy }) => signedBy ?? []),
  ]);
  return entries.flatMap(({ choices }) => choices.map(({ signer }) => signer));
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
  const signers = clusterSigners(policies);
  const identities = signers.flatMap((each) => (each.kind === 'keyless' ? each.identities : []));
  const clusterKeys = new Set(signers.map((each) => (each.kind === 'key' ? each.id : null)));
  const anyCertificate = signers.some(({ kind }) => kind === 'notation');
  return (signer) =>
    (anyCertificate && signer.kind === 'certificate') ||
    (signer.kind === 'key' && clusterKeys.has(signer.sha256)) ||
    trusted.some((each) => isNamed(signer, each)) ||
    (signer.kind === 'keyless' &&
      identities.some(
        ({ issuer, subject }) => matchesText(issuer, signer.issuer) && matchesText(subject, signer.identity),
      ));
}
