import { describe, expect, it } from 'vitest';
import { conflictOf, parseLiteralCue } from '../../../../src/policy/cluster-image-policy/literal-cue.ts';

const vuln =
  'predicateType: "https://cosign.sigstore.dev/attestation/vuln/v1"\npredicate: {\n  // who\n  invocation: {uri: "a"}\n  scanner: uri: "b", ...\n}\n';

describe('literal CUE', () => {
  it.each([
    [
      'equal values',
      vuln,
      {
        predicateType: 'https://cosign.sigstore.dev/attestation/vuln/v1',
        predicate: { invocation: { uri: 'a' }, scanner: { uri: 'b', more: 1 } },
      },
      null,
    ],
    [
      'another value',
      vuln,
      { predicateType: 'https://cosign.sigstore.dev/attestation/vuln/v1', predicate: { invocation: { uri: 'x' } } },
      'predicate.invocation.uri',
    ],
    ['a field that is not there, which CUE fills in', vuln, {}, null],
    ['a list where a struct is asked for', vuln, { predicate: [] }, 'predicate'],
    ['a text where a struct is asked for', vuln, { predicate: 'x' }, 'predicate'],
    ['a quoted label', '"a-b": "c"', { 'a-b': 'd' }, 'a-b'],
    ['numbers and constants', 'a: 1, b: true\nc: null', { a: 1, b: true, c: null }, null],
    ['a number that differs', 'a: 1', { a: 2 }, 'a'],
    ['a text for a number', 'a: 1', { a: '1' }, 'a'],
    ['null for a text', 'a: "x"', { a: null }, 'a'],
    ['the same field twice with one value', 'a: b: 1\na: c: 2', { a: { b: 1, c: 2 } }, null],
    ['the same field twice with two values', 'a: "x"\na: "y"', { a: 'x' }, 'a'],
    ['a name that every object has', '"constructor": "x"', {}, null],
    ['__proto__', '"__proto__": "x"', JSON.parse('{"__proto__": "y"}'), '__proto__'],
    ['nothing asked', '// nothing\n', { a: 1 }, null],
  ])('%s', (_, text, value, expected) => {
    const constraint = parseLiteralCue(text);
    expect(constraint).not.toHaveProperty('unsupported');
    expect(conflictOf(constraint as Exclude<typeof constraint, { unsupported: string }>, value)).toBe(expected);
  });

  it.each([
    ['an import', 'import "time"\na: 1'],
    ['a bound', 'a: <3'],
    ['a reference', 'a: 1\nb: a'],
    ['a type', 'a: string'],
    ['a disjunction', 'a: "x" | "y"'],
    ['an optional field', 'a?: 1'],
    ['a definition', '#A: {}'],
    ['a list', 'a: [1]'],
    ['a float', 'a: 1.5'],
    ['interpolation', 'a: "\\(b)"'],
    ['a multi-line text', 'a: """\n x\n """'],
    ['a comprehension', 'if true {a: 1}'],
    ['a call', 'a: len("x")'],
    ['a closed bracket too many', 'a: 1}'],
    ['an open bracket', 'a: {b: 1'],
    ['two fields without anything between', 'a: 1 b: 2'],
    ['a value without a label', '"x"'],
    ['a default', 'a: *1'],
    ['deep nesting', `${'a: '.repeat(200)}1`],
  ])('does not evaluate %s, and says so', (_, text) => {
    expect(parseLiteralCue(text)).toHaveProperty('unsupported');
  });
});
