import type { PolicySet } from '../../language/compiled/policy-set.ts';
import { predicateTypesOf } from '../../language/patterns/predicate-type.ts';
import { policySchema } from '../../language/schema/schema.ts';
import { validateDocument } from '../../language/schema/validate-document.ts';
import { parseYamlSource } from '../../language/schema/yaml-source.ts';
import { builtinPublishers } from '../compile/builtin-policy.ts';
import { compileRule } from '../compile/compile-policy.ts';
import { soleRule } from '../compile/extended-policy.ts';
import { MaterialCollector } from '../files/material-collector.ts';
import { invalidIn, type PolicyScope } from '../files/policy-scope.ts';

/**
 * Whose attestations of a type are trusted, said on the command line in the form of a rule's `signedBy`: one rule in the command line's
 * layer, which `--trusted-root` counts for.
 * @param entries the entries of `signedBy`, each as YAML or JSON
 * @param folder absolute, where relative paths in them start
 * @throws VerifyError `policy.invalid`
 */
export async function signersPolicy(type: string, entries: readonly string[], folder: string): Promise<PolicySet> {
  const named = '--signed-by';
  const signedBy = entries.map((entry) => parseYamlSource(new TextEncoder().encode(entry), named).value);
  const rule = { name: 'signers', images: ['**'], require: { attestations: [{ type, signedBy }] } };
  const text = new TextEncoder().encode(JSON.stringify({ version: 1, rules: [rule] }));
  const source = parseYamlSource(text, named);
  const { rules: [written] = [] } = validateDocument(source, policySchema);
  const material = new MaterialCollector();
  const publishers = await builtinPublishers(material);
  const scope: PolicyScope = { layer: 'command-line', policy: named, folder, source, material, publishers };
  if (written === undefined || predicateTypesOf(type) === null) throw invalidIn(scope, ['rules'], 'it names no signer');
  return soleRule(scope, await compileRule(scope, 0, written, 'enforce'), new MaterialCollector().material());
}
