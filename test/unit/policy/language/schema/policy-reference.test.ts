import { describe, expect, it } from 'vitest';
import { asSection, readSection } from '../../../../../scripts/document-section.ts';
import { policyReference } from '../../../../../src/policy/language/schema/policy-reference.ts';

describe('the reference of the language', () => {
  it('is what the definition generates (scripts/reference.ts writes it)', () => {
    expect(readSection('policies')).toBe(asSection(policyReference()));
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
