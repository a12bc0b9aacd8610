import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../../../../src/policy/language/patterns/glob.ts';

describe('a glob', () => {
  it.each([
    ['a/*', 'a/b', true],
    ['a/*', 'a/b/c', false],
    ['a/**', 'a/b/c', true],
    ['a/**', 'a', false],
    ['**', '', true],
    ['**', 'a/b', true],
    ['a*c', 'ac', true],
    ['a*c', 'abc', true],
    ['a*c', 'abcd', false],
    ['*', 'a', true],
    ['*', 'a/b', false],
    ['a.b', 'axb', false],
    ['', '', true],
    ['', 'a', false],
    ['**/b', 'a/b', true],
    ['**/b', 'b', false],
  ])('%s on %s: %s', (glob, text, expected) => {
    expect(matchesGlob(glob, text)).toBe(expected);
  });

  it('means what the regular expression of its parts means', () => {
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 10 });
    fc.assert(
      fc.property(glob, text, (pattern, subject) => {
        const expression = pattern.replaceAll('**', '#').replaceAll('*', '[^/]*').replaceAll('#', '.*');
        expect(matchesGlob(pattern, subject)).toBe(RE2JS.compile(`\\A(?:${expression})\\z`).matcher(subject).find());
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes no time that explodes', () => {
    const began = performance.now();
    expect(matchesGlob('*a'.repeat(100), `${'a'.repeat(1_000)}b`)).toBe(false);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
