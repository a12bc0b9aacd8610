import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replacePattern, trimPrefix, trimSuffix } from '../../../../src/dockerfile/shell/shell-pattern.ts';

/** The same through JavaScript's expressions, for patterns that are short enough. */
function expression(pattern: string, star: string): string {
  return Array.from(pattern, (char) => (char === '*' ? star : char === '?' ? '.' : char)).join('');
}

const patterns = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 6 }).map((parts) => parts.join(''));
const values = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }).map((parts) => parts.join(''));

describe('trimPrefix', () => {
  it('takes the shortest or the longest beginning off', () => {
    expect(trimPrefix('*-', 'a-b-c', 'shortest')).toBe('b-c');
    expect(trimPrefix('*-', 'a-b-c', 'longest')).toBe('c');
    expect(trimPrefix('x', 'a-b', 'longest')).toBe('a-b');
  });

  it('agrees with an expression engine on any pattern', () => {
    fc.assert(
      fc.property(patterns, values, (pattern, value) => {
        expect(trimPrefix(pattern, value, 'shortest')).toBe(
          value.replace(new RegExp(`^${expression(pattern, '.*?')}`), ''),
        );
        expect(trimPrefix(pattern, value, 'longest')).toBe(
          value.replace(new RegExp(`^${expression(pattern, '.*')}`), ''),
        );
      }),
    );
  });
});

describe('trimSuffix', () => {
  it.each([
    ['.*', 'a.b.c', false, 'a.b'],
    ['.*', 'a.b.c', true, 'a'],
    ['\\*', 'a*', false, 'a'],
    ['\\*', 'ab', false, 'ab'],
    ['??', 'abc', false, 'a'],
  ])('takes %j off %j', (pattern, value, longest, expected) => {
    expect(trimSuffix(pattern, value, longest ? 'longest' : 'shortest')).toBe(expected);
  });
});

describe('replacePattern', () => {
  it.each([
    ['.', 'a.b.c', '-', false, 'a-b.c'],
    ['.', 'a.b.c', '-', true, 'a-b-c'],
    ['*', 'abc', 'x', true, 'x'],
    ['', 'abc', 'x', true, 'xaxbxcx'],
    ['b', 'abc', '<$0>', true, 'a<b>c'],
    ['b', 'abc', '<$0>', false, 'a<$0>c'],
    ['b', 'abc', '$$1$1', true, 'a$1c'],
    ['[a]', 'a[a]', 'x', true, 'ax'],
    ['é', 'aéb', 'e', true, 'aeb'],
  ])('replaces %j in %j by %j (all: %j)', (pattern, value, replacement, all, expected) => {
    expect(replacePattern(pattern, value, replacement, all ? 'all' : 'first')).toBe(expected);
  });

  it('agrees with an expression engine on any pattern', () => {
    fc.assert(
      fc.property(patterns, values, (pattern, value) => {
        const first = new RegExp(expression(pattern, '.*'));
        expect(replacePattern(pattern, value, '-', 'first')).toBe(value.replace(first, '-'));
      }),
    );
  });

  it('does not go on for long where nothing matches', () => {
    expect(() => replacePattern(`${'*a'.repeat(500)}b`, 'a'.repeat(50_000), '', 'all')).toThrow(/too long/);
  });
});
