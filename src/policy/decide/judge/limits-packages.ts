import type { CanonicalName } from '../../../model/index.ts';
import type { PolicySet } from '../../language/compiled/policy-set.ts';
import { matchableName, matchesImage } from '../../language/patterns/image-pattern.ts';
import { namesOf } from '../../language/patterns/mirror.ts';

/** Whether any rule that could match this image, under whatever tag, limits what its SBOM may list. */
export function limitsPackages(policies: PolicySet, name: CanonicalName): boolean {
  return policies.layers.some(({ rules, mirrors }) => {
    const names = namesOf(matchableName(name, null), mirrors);
    return rules.some(
      ({ packages, images }) =>
        packages !== null &&
        images.some(({ repository }) => names.some((known) => matchesImage({ repository, tag: null }, known))),
    );
  });
}
