import { RE2JS } from 're2js';
import { heldRules } from '../../../../src/builder/source-policy/held-sources.ts';

interface Constraint {
  readonly key: string;
  readonly value: string;
  readonly condition: string;
}

/** Whether BuildKit would deny a source by these rules (sourcepolicy/matcher.go): all constraints, then the identifier. */
export function isDenied(identifier: string, attributes: Readonly<Record<string, string>>): boolean {
  return heldRules({ git: true, http: true }).some(({ selector }) => {
    const constraints = (selector.constraints ?? []) as readonly Constraint[];
    const isMet = constraints.every(({ key, value, condition }) => {
      const found = attributes[key] ?? '';
      return condition === 'EQUAL' ? found === value : RE2JS.compile(value).matcher(found).find();
    });
    const matches = RE2JS.compile(selector.identifier).matcher(identifier).find();
    return isMet && matches;
  });
}
