import { type CanonicalName, parseReference } from '../../../model/index.ts';
import type { PolicySet } from '../../language/compiled/policy-set.ts';
import { matchableName, matchesImage } from '../../language/patterns/image-pattern.ts';
import { namesOf } from '../../language/patterns/mirror.ts';
import { matchingClusterPolicies } from '../judge/matching-cluster-policies.ts';

/** Where the signatures of an image are kept besides its own repository. */
export interface SignatureRepository {
  /** With its registry. */
  readonly repository: string;
  readonly tagPrefix: string;
}

/** The places that the policies in force name for an image (`signatures: {repository, tagPrefix}` of the rules that match it, `source` of ClusterImagePolicies). */
export function signaturePlaces(policies: PolicySet, name: CanonicalName): readonly SignatureRepository[] {
  const mirrors = policies.layers.flatMap((layer) => layer.mirrors);
  const names = namesOf(matchableName(name, null), mirrors);
  const { registry, repository } = parseReference(name);
  const ruled = policies.signatureLocations.filter(({ images }) =>
    images.some((pattern) => names.some((candidate) => matchesImage(pattern, candidate))),
  );
  const clustered = policies.layers
    .flatMap((layer) => matchingClusterPolicies(layer.clusterPolicies, name))
    .flatMap((policy) => policy.authorities.flatMap(({ source }) => (source === null ? [] : [source])));
  return [...ruled, ...clustered].map((location) => ({
    repository: location.repository ?? `${registry}/${repository}`,
    tagPrefix: location.tagPrefix ?? '',
  }));
}
