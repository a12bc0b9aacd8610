/** Reads policies, and decides by them what may be used. Deciding needs no network and no clock but the one it is given. */

import type { ConversionResult } from './convert/convert-policy.ts';
import type { ConversionAids } from './convert/public-sigstore.ts';

export type { ConversionResult } from './convert/convert-policy.ts';
export type { ConversionAids } from './convert/public-sigstore.ts';
export { decide } from './decide/decide.ts';
export { decideCacheImport, decideReplacement, decideUnresolved, isListedContext } from './decide/decide-besides.ts';
export type { BuiltHere, DecideInput, JudgedImage } from './decide/decide-input.ts';
export { decideSource, heldSources } from './decide/decide-source.ts';
export { type Explanation, explain, type LayerExplanation } from './decide/explain.ts';
export { hasRule } from './decide/has-rule.ts';
export { lockEntryOf } from './decide/judge-lock.ts';
export { limitsPackages } from './decide/limits-packages.ts';
export { nameRemarks } from './decide/name-remarks.ts';
export { knownSigners, recommendedFor } from './decide/recommended.ts';
export { signaturePlaces } from './decide/signature-places.ts';
export { trustedEvidence } from './decide/trusted-evidence.ts';
export { isUnruled, statusOfUnasked } from './decide/unruled.ts';
export { wantedSigners } from './decide/wanted-signers.ts';
export { addRules } from './language/add-rules.ts';
export { type Bootstrap, bootstrapPolicy } from './language/bootstrap-policy.ts';
export { matchableName } from './language/image-pattern.ts';
export type { KeyFetch, LockEntry, PolicyLayer, PolicyRule, PolicySet, Publisher } from './language/policy-set.ts';
export { stringifyYaml } from './language/stringify-yaml.ts';
export { type BundledPolicy, readBundledPolicy } from './load/bundled-policy.ts';
export {
  type ExtensionSource,
  type FetchedPolicy,
  type PolicyExtension,
  readSerial,
  unavailable,
} from './load/extended-policy.ts';
export { withFetchedKeys } from './load/fetched-keys.ts';
export { findProjects } from './load/find-project.ts';
export { loadPolicies } from './load/load-policies.ts';
export { projectPolicyName } from './load/lookalike.ts';
export { machineFolderOf } from './load/policy-folder.ts';
export { type PolicyRemark, policyRemarks } from './load/policy-remarks.ts';
export { readLock } from './load/read-lock.ts';
export { parseAuthority, readAuthority, readPublicKey } from './load/read-public-key.ts';
export { signersPolicy } from './load/signers-policy.ts';
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
    import('./load/safe-file.ts'),
  ]);
  if (await isFolder(path)) return await converter.convertTrustFolder(path, file);
  return await converter.convertPolicy(await readBytes(path), file, aids);
}
