import { createHash } from 'node:crypto';
import { type KeyMaterial, VerifyError } from '../../../model/index.ts';
import type { PolicyRule, PolicySet } from '../../language/compiled/policy-set.ts';
import type { SignerEntry, TrustedSigner } from '../../language/compiled/trusted-signer.ts';
import { parsePublicKey } from '../files/key-material.ts';
import { signerLabel } from './compile-signer.ts';

/**
 * The policies with the keys that were fetched for them (`PolicySet.fetches`). A key that is not among them stays
 * pending: what only it could prove is then "could not be verified".
 * @param fetched bytes by URL
 * @throws VerifyError `policy.invalid` where bytes are not those that the policy names, or no key
 */
export function withFetchedKeys(policies: PolicySet, fetched: ReadonlyMap<string, Uint8Array>): PolicySet {
  const keys = new Map<string, KeyMaterial>();
  for (const { url, sha256, name } of policies.fetches) {
    const bytes = fetched.get(url);
    if (bytes !== undefined) keys.set(url, keyOf(url, sha256, name, bytes));
  }
  if (keys.size === 0) return policies;
  const known = new Set(policies.material.keys.map((key) => key.id));
  const added = [...keys.values()].filter((key) => !known.has(key.id));
  return {
    ...policies,
    layers: policies.layers.map((layer) => ({ ...layer, rules: layer.rules.map((rule) => completeRule(rule, keys)) })),
    material: { ...policies.material, keys: [...policies.material.keys, ...added] },
    fetches: policies.fetches.filter(({ url }) => !keys.has(url)),
  };
}

function keyOf(url: string, sha256: string, name: string, bytes: Uint8Array): KeyMaterial {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) {
    throw new VerifyError('policy.invalid', `the key at ${url} has the SHA-256 ${found}, the policy says ${sha256}`, {
      hint: 'find out whether the key was changed before you change the policy',
    });
  }
  const key = parsePublicKey(new TextDecoder().decode(bytes), name);
  if (key.ok) return key.value;
  throw new VerifyError('policy.invalid', `what stands at ${url} is not a usable public key: ${key.reason}`, {
    hint: 'name a public key in PEM',
  });
}

function completeRule(rule: PolicyRule, keys: ReadonlyMap<string, KeyMaterial>): PolicyRule {
  return {
    ...rule,
    signedBy: rule.signedBy?.map((entry) => completeEntry(entry, keys)) ?? null,
    attestations: rule.attestations.map((requirement) => ({
      ...requirement,
      signedBy: requirement.signedBy?.map((entry) => completeEntry(entry, keys)) ?? null,
    })),
  };
}

function completeEntry(entry: SignerEntry, keys: ReadonlyMap<string, KeyMaterial>): SignerEntry {
  const complete = (signer: TrustedSigner): TrustedSigner => {
    if (signer.kind !== 'key' || signer.pending === null) return signer;
    const key = keys.get(signer.pending);
    return key === undefined ? signer : { ...signer, id: key.id, pending: null };
  };
  const choices = entry.choices.map((choice) => ({ ...choice, signer: complete(choice.signer) }));
  const [only] = choices;
  const label =
    choices.length === 1 && only !== undefined && only.images === null ? signerLabel(only.signer) : entry.label;
  return { label, choices };
}
