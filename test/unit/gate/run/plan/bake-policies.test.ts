import { expect, it } from 'vitest';
import { withoutHeldPolicies } from '../../../../../src/gate/run/plan/bake-policies.ts';
import { evaluatedDefinition } from '../../../../../src/invocation/index.ts';

const args = ['--allow=ssh', '--policy=filename=a.rego,strict=true', '--policy=disabled=true', 'app'];
const definitionOf = (...policies: readonly unknown[]) => {
  const targets = policies.map((policy, index) => [`t${index}`, policy === null ? {} : { policy }]);
  return evaluatedDefinition({ target: Object.fromEntries(targets) as unknown }, null);
};
const first = [{ filename: 'a.rego', strict: true }];

it.each([
  ['that holds none', definitionOf(null), args],
  ['whose file has another', definitionOf(['filename=b.rego']), args],
  ['one target of which has it', definitionOf(first, null), args],
  ['that holds it', definitionOf(first, first), ['--allow=ssh', '--policy=disabled=true', 'app']],
  ['that holds it as text', definitionOf(['filename=a.rego,strict=true', 'disabled=true']), ['--allow=ssh', 'app']],
])("buildx's own policy is neither lost nor given twice beside a definition %s", (_title, definition, expected) => {
  expect(withoutHeldPolicies(args, definition)).toEqual(expected);
});
