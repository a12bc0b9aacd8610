/** Reads policies, and decides by them what may be used. Deciding needs no network and no clock but the one it is given. */

import type { ConversionResult } from './convert/convert-policy.ts';
import type { ConversionAids } from './convert/public-sigstore.ts';
import type { RegoOutcome, RegoQuestion } from './language/compiled/rego.ts';
import type { RegoEvaluator } from './rego/evaluate-rego.ts';

export type { ConversionResult } from './convert/convert-policy.ts';
export { isConverted } from './convert/converted-opening.ts';
export type { ConversionAids } from './convert/public-sigstore.ts';
export type { BuiltHere, DecideInput, JudgedImage } from './decide/evidence/decide-input.ts';
export { lockEntryOf } from './decide/judge/judge-lock.ts';
export { limitsPackages } from './decide/judge/limits-packages.ts';
export { regoQuestions } from './decide/judge/rego-questions.ts';
export { decide } from './decide/verdict/decide.ts';
export {
  decideCacheImport,
  decideReplacement,
  decideUnresolved,
  isListedContext,
} from './decide/verdict/decide-besides.ts';
export { decideSource, heldSources } from './decide/verdict/decide-source.ts';
export { type Explanation, explain, type LayerExplanation } from './decide/verdict/explain.ts';
export { hasRule } from './decide/verdict/has-rule.ts';
export { nameRemarks } from './decide/verdict/name-remarks.ts';
export { knownSigners, recommendedFor } from './decide/verdict/recommended.ts';
export { signaturePlaces } from './decide/verdict/signature-places.ts';
export { trustedEvidence } from './decide/verdict/trusted-evidence.ts';
export { isUnruled, statusOfUnasked } from './decide/verdict/unruled.ts';
export { wantedSigners } from './decide/verdict/wanted-signers.ts';
export type {
  KeyFetch,
  LockEntry,
  PolicyLayer,
  PolicyRule,
  PolicySet,
  Publisher,
} from './language/compiled/policy-set.ts';
export { parseDuration } from './language/patterns/duration.ts';
export { matchableName } from './language/patterns/image-pattern.ts';
export { addRules } from './language/schema/add-rules.ts';
export { type Bootstrap, bootstrapPolicy } from './language/schema/bootstrap-policy.ts';
export { stringifyYaml } from './language/schema/stringify-yaml.ts';
export {
  type ExtensionSource,
  type FetchedPolicy,
  type PolicyExtension,
  readSerial,
  unavailable,
} from './load/compile/extended-policy.ts';
export { withFetchedKeys } from './load/compile/fetched-keys.ts';
export { findProjects } from './load/files/find-project.ts';
export { projectPolicyName } from './load/files/lookalike.ts';
export { machineFolderOf } from './load/files/policy-folder.ts';
export { readLock } from './load/files/read-lock.ts';
export { parseAuthority, readAuthority, readPublicKey } from './load/files/read-public-key.ts';
export { refuseUnsafePlaces } from './load/files/safe-file.ts';
export { type BundledPolicy, readBundledPolicy } from './load/layers/bundled-policy.ts';
export { loadPolicies } from './load/layers/load-policies.ts';
export { type PolicyRemark, policyRemarks } from './load/layers/policy-remarks.ts';
export { ruledImages } from './load/layers/ruled-images.ts';
export { signersPolicy } from './load/layers/signers-policy.ts';
export { formatLock, type LockChange, lockFileName, parseLock, updateLock } from './lock/lock-file.ts';
export { publishersOf } from './publishers/publishers-of.ts';
export { type PolicyTestResult, testPolicies } from './test/test-policies.ts';

async function isFolder(path: string): Promise<boolean> {
  const { stat } = await import('node:fs/promises');
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

/**
 * Another tool's policy in our language.
 * @param file as named to the user
 * @throws VerifyError `policy.unreadable`; `policy.invalid` where it is of no known tool, or one that its own tool refuses
 */
export async function convertPolicyFile(path: string, file: string, aids: ConversionAids): Promise<ConversionResult> {
  const [converter, { readBytes }] = await Promise.all([
    import('./convert/convert-policy.ts'),
    import('./load/files/safe-file.ts'),
  ]);
  if (await isFolder(path)) return await converter.convertTrustFolder(path, file);
  return await converter.convertPolicy(await readBytes(path, file), file, aids);
}

/**
 * What Rego modules make of attestations, by key.
 * @see regoQuestions
 */
export async function evaluateRego(
  evaluator: RegoEvaluator,
  questions: readonly RegoQuestion[],
): Promise<Readonly<Record<string, RegoOutcome>>> {
  return await (await import('./rego/evaluate-rego.ts')).evaluateRego(evaluator, questions);
}
