import type { CanonicalName } from '../../../model/index.ts';
import type { CollectOptions } from '../../../oci/index.ts';
import { type PolicyRule, type PolicySet, signaturePlaces } from '../../../policy/index.ts';

function wantsAttestations(rule: PolicyRule): boolean {
  return rule.attestations.length > 0 || rule.packages !== null || rule.lineage !== null;
}

/** How much is looked for: `everything` includes attestations that no policy asks for. */
export interface GatherOptions {
  readonly everything: boolean;
}

/**
 * What to look for beside an image: the places that a policy names for its signatures, and attestations only where a policy
 * could ask for one, since they can be large.
 */
export function collectOptionsFor(
  policies: PolicySet,
  name: CanonicalName,
  { everything }: GatherOptions,
): CollectOptions {
  const asked = policies.layers.some(
    (layer) =>
      layer.clusterPolicies.length > 0 ||
      layer.rules.some((rule) => rule.publisher === null && wantsAttestations(rule)),
  );
  return { repositories: signaturePlaces(policies, name), attestations: everything || asked ? 'all' : 'none' };
}
