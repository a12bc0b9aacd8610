import type { ConversionResult } from './convert/convert-policy.ts';

export { builtinPublishers } from './builtin-policy.ts';
export type { ConversionResult } from './convert/convert-policy.ts';
export { decide } from './decide.ts';
export { decideCacheImport, decideReplacement, decideUnresolved, type SideDecision } from './decide-besides.ts';
export type { CollectProblem, DecideInput, JudgedImage, PackageFacts } from './decide-input.ts';
export { type Explanation, explain, type LayerExplanation, type RuleExplanation } from './explain.ts';
export { withFetchedKeys } from './fetched-keys.ts';
export { findProject, projectPolicyName } from './find-project.ts';
export { loadPolicies, type PolicyRequest } from './load-policies.ts';
export { formatLock, type LockChange, lockFileName, parseLock, updateLock } from './lock-file.ts';
export { type PolicyRemark, policyRemarks } from './policy-remarks.ts';
export type { KeyFetch, LockEntry, LockFile, PolicyLayer, PolicyRule, PolicySet } from './policy-set.ts';
export type { Publisher, PublisherCatalogue } from './publisher-catalogue.ts';
export { readLock } from './read-lock.ts';
export { signaturePlaces } from './signature-places.ts';
export { type PolicyTestResult, testPolicies } from './test-policies.ts';
export { trustedEvidence } from './trusted-evidence.ts';

/**
 * Another tool's policy in our language.
 * @throws VerifyError `policy.invalid` where it is of no known tool
 */
export async function convertPolicy(bytes: Uint8Array, file: string): Promise<ConversionResult> {
  const converter = await import('./convert/convert-policy.ts');
  return converter.convertPolicy(bytes, file);
}

export { nameRemarks } from './name-remarks.ts';
