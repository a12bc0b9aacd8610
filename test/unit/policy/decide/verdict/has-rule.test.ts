import { describe, expect, it } from 'vitest';
import { parseCanonicalName, parseDigest } from '../../../../../src/model/index.ts';
import { hasRule } from '../../../../../src/policy/decide/verdict/has-rule.ts';
import { policiesOf } from '../../support/policies.ts';

const digest = parseDigest(`sha256:${'a'.repeat(64)}`);
const rules = "version: 1\ndefault: allow\nrules:\n  - {images: ['a.example/x:1', 'b.example/**'], locked: true}\n";

describe('hasRule', () => {
  it.each([
    ['a.example/x:1', null, true],
    ['a.example/x:2', null, false],
    ['b.example/any/depth:7', null, true],
    ['c.example/x:1', null, false],
    [`a.example/x:1@${digest}`, digest, true],
    [`a.example/x:1@${digest}`, null, false],
  ] as const)('%s, whose tag stands for %s: %s', async (name, tagDigest, expected) => {
    const policies = await policiesOf({ project: rules });
    expect(hasRule(policies, 'project', parseCanonicalName(name), tagDigest)).toBe(expected);
    expect(hasRule(policies, 'user', parseCanonicalName(name), tagDigest)).toBe(false);
  });
});
