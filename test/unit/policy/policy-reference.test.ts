import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { policyReference } from '../../../src/policy/policy-reference.ts';

describe('the reference of the language', () => {
  it('is what the definition generates (scripts/policy-reference.ts writes it)', () => {
    expect(readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8')).toBe(policyReference());
  });

  it.each([
    'mode',
    'rules[].signedBy[].keyless.identityRegexp',
    'rules[].require.attestations[].where.builder',
    'publishers.NAME.entries[].since.version',
  ])('names %s', (field) => {
    expect(policyReference()).toContain(`| \`${field}\` |`);
  });
});
