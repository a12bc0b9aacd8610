import type { SummaryRequirement } from '../../language/compiled/policy-set.ts';
import { matchesText } from '../../language/patterns/text-pattern.ts';
import { at, textAt } from './json-path.ts';

/** The digests of the policy that a summary was made by, as `sha256:…`. */
function policyDigests(predicate: unknown): readonly string[] {
  const digest = at(predicate, 'policy', 'digest');
  if (typeof digest !== 'object' || digest === null) return [];
  return Object.entries(digest).flatMap(([name, hex]) => (typeof hex === 'string' ? [`${name}:${hex}`] : []));
}

/**
 * What a verification summary (slsa.dev/spec/v1.0/verification_summary) does not fulfil; null where it fulfils all. Its signer is
 * judged elsewhere: a summary is worth its signer and verifier together.
 */
export function summaryMismatch(requirement: SummaryRequirement, statement: unknown): string | null {
  const predicate = at(statement, 'predicate');
  const result = textAt(predicate, 'verificationResult');
  if (result !== requirement.result) return `result ${result ?? 'not stated'}`;
  const verifier = textAt(predicate, 'verifier', 'id');
  if (requirement.verifier !== null && !matchesText(requirement.verifier, verifier))
    return `verifier ${verifier ?? 'not named'}`;
  const { policy } = requirement;
  if (policy === null) return null;
  const uri = textAt(predicate, 'policy', 'uri');
  const names = [uri, ...policyDigests(predicate)];
  return names.some((name) => matchesText(policy, name))
    ? null
    : `policy ${uri ?? policyDigests(predicate)[0] ?? 'not named'}`;
}

/** What is asked of a summary, for people. */
export function summaryConditions({ verifier, policy, result }: SummaryRequirement): readonly string[] {
  return [
    `result ${result}`,
    ...(verifier === null ? [] : [`verifier ${verifier.text}`]),
    ...(policy === null ? [] : [`policy ${policy.text}`]),
  ];
}
