import type { ClusterPolicy } from '../../language/compiled/cluster-policy.ts';
import { matchesValidationGlob } from '../../language/compiled/image-validation.ts';
import { evaluateCel } from '../../language/patterns/cel.ts';
import { matchesClusterGlob } from '../../language/patterns/cluster-glob.ts';

/** Those of the policies that match an image, by its canonical name. */
export function matchingClusterPolicies(policies: readonly ClusterPolicy[], name: string): readonly ClusterPolicy[] {
  const forms = [name, ...shortForms(name)];
  return policies.filter((policy) =>
    policy.validation === undefined
      ? policy.globs.some((glob) => forms.some((form) => matchesClusterGlob(glob, form)))
      : forms.some((form) => isValidated(policy, form)),
  );
}

/** Whether an ImageValidatingPolicy is about an image; one whose expression cannot be evaluated is about every one. */
function isValidated({ validation }: ClusterPolicy, ref: string): boolean {
  const references = validation?.references ?? [];
  return (
    references.length === 0 ||
    references.some((each) => {
      if (each.kind === 'glob') return matchesValidationGlob(each.glob, ref);
      const outcome = evaluateCel(each.text, { ref });
      return outcome.kind === 'beyond' || outcome.value !== false;
    })
  );
}

/** The forms in which a Docker Hub name is usually written: the admission controller matches the name as written too. */
function shortForms(name: string): readonly string[] {
  const withoutHost = name.startsWith('docker.io/') ? name.slice('docker.io/'.length) : null;
  if (withoutHost === null) return [];
  const withoutLibrary = withoutHost.startsWith('library/') ? withoutHost.slice('library/'.length) : null;
  const forms = withoutLibrary === null ? [withoutHost] : [withoutHost, withoutLibrary];
  return forms.flatMap((form) => (form.endsWith(':latest') ? [form, form.slice(0, -':latest'.length)] : [form]));
}
