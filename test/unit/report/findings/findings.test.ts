import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asSection, readSection } from '../../../../scripts/document-section.ts';
import { findingExplanations, renderFindingReference } from '../../../../src/report/index.ts';

/** The codes as the type lists them: the type itself is gone when tests run. */
function declaredCodes(): readonly string[] {
  const source = readFileSync('src/model/verdict/finding.ts', 'utf8');
  const union = source.slice(source.indexOf('export type FindingCode'), source.indexOf('export type FindingLevel'));
  return [...union.matchAll(/\| '([^']+)'/g)].flatMap(([, code]) => (code === undefined ? [] : [code]));
}

describe('the reference of findings', () => {
  it('lists every code that a finding can carry, and no other', () => {
    expect(declaredCodes().length).toBeGreaterThan(30);
    expect(Object.keys(findingExplanations).sort()).toEqual([...declaredCodes()].sort());
  });

  it('tells meaning and cure of each in whole sentences', () => {
    for (const { headline, meaning, cure } of Object.values(findingExplanations)) {
      expect(headline).toMatch(/^[^A-Z].*[^.]$/);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
      expect(cure).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('stands in docs/findings.md (scripts/reference.ts writes it)', () => {
    expect(readSection('findings')).toBe(asSection(renderFindingReference()));
  });
});
