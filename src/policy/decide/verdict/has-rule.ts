import type { CanonicalName, Digest, PolicyLayerName } from '../../../model/index.ts';
import type { PolicySet } from '../../language/compiled/policy-set.ts';
import { matchableName, matchesImage } from '../../language/patterns/image-pattern.ts';
import { namesOf } from '../../language/patterns/mirror.ts';
import { matchingClusterPolicies } from '../judge/matching-cluster-policies.ts';

/**
 * Whether a rule or a ClusterImagePolicy of a layer is about an image, whatever it says of it.
 * @param tagDigest what the name's tag stands for now; null where that is not known
 */
export function hasRule(
  policies: PolicySet,
  layer: PolicyLayerName,
  name: CanonicalName,
  tagDigest: Digest | null,
): boolean {
  return policies.layers.some((each) => {
    if (each.layer !== layer) return false;
    const names = namesOf(matchableName(name, tagDigest), each.mirrors);
    return (
      matchingClusterPolicies(each.clusterPolicies, name).length > 0 ||
      each.rules.some(({ images }) => images.some((pattern) => names.some((one) => matchesImage(pattern, one))))
    );
  });
}
