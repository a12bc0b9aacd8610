import type { ConversionResult } from './convert/convert-policy.ts';
import type { ConversionAids } from './convert/public-sigstore.ts';

export type { ConversionResult } from './convert/convert-policy.ts';
export type { ConversionAids } from './convert/public-sigstore.ts';
export { decide } from './decide.ts';
export { decideCacheImport, decideReplacement, decideUnresolved, isListedContext } from './decide-besides.ts';
export type { DecideInput, JudgedImage } from './decide-input.ts';
export { type Explanation, explain, type LayerExplanation } from './explain.ts';
export { withFetchedKeys } from './fetched-keys.ts';
export { projectPolicyName } from './find-project.ts';
export { limitsPackages } from './limits-packages.ts';
export { loadPolicies } from './load-policies.ts';
export { formatLock, type LockChange, lockFileName, parseLock, updateLock } from './lock-file.ts';
export { nameRemarks } from './name-remarks.ts';
export { type PolicyRemark, policyRemarks } from './policy-remarks.ts';
export type { KeyFetch, LockEntry, PolicyLayer, PolicyRule, PolicySet, Publisher } from './policy-set.ts';
export { readLock } from './read-lock.ts';
export { parseAuthority, readAuthority, readPublicKey } from './read-public-key.ts';
export { signaturePlaces } from './signature-places.ts';
export { stringifyYaml } from './stringify-yaml.ts';
export { type PolicyTestResult, testPolicies } from './test-policies.ts';
export { trustedEvidence } from './trusted-evidence.ts';
export { wantedSigners } from './wanted-signers.ts';

/**
 * Another tool's policy in our language.
 * @param file as named to the user
 * @throws VerifyError `policy.unreadable`; `policy.invalid` where it is of no known tool, or one that its own tool refuses
 */
export async function convertPolicyFile(path: string, file: string, aids: ConversionAids): Promise<ConversionResult> {
  const [converter, { readBytes }] = await Promise.all([
    import('./convert/convert-policy.ts'),
    import('./safe-file.ts'),
  ]);
  return await converter.convertPolicy(await readBytes(path), file, aids);
}
