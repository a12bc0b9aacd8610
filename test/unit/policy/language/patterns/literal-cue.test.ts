import { describe, expect, it } from 'vitest';
import { conflictOf, parseLiteralCue } from '../../../../../src/policy/language/patterns/literal-cue.ts';

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

  const string = (text: string): string => JSON.stringify(text);
  it.each<[string, string, readonly unknown[]]>([
    ['nothing', '', []],
    ['white space and comments', ' \t\r\n// a: 1\n\n', []],
    ['a comment after a value', 'a: 1 // b: 2', [['a', 1]]],
    [
      'fields on lines',
      'a: 1\n\nb: 2\n',
      [
        ['a', 1],
        ['b', 2],
      ],
    ],
    [
      'fields with commas',
      'a: 1,b: 2,',
      [
        ['a', 1],
        ['b', 2],
      ],
    ],
    [
      'fields with commas and lines',
      'a: 1,\n\n,b: 2',
      [
        ['a', 1],
        ['b', 2],
      ],
    ],
    [
      'constants',
      'a: true, b: false, c: null',
      [
        ['a', true],
        ['b', false],
        ['c', null],
      ],
    ],
    [
      'whole numbers',
      'a: 0, b: -1, c: 999999999999999',
      [
        ['a', 0],
        ['b', -1],
        ['c', 999_999_999_999_999],
      ],
    ],
    ['escapes', `a: ${string('"\\\n\u00e4')}`, [['a', '"\\\n\u00e4']]],
    [
      'labels',
      'a_1: 1, Ab: 2, "c d": 3',
      [
        ['a_1', 1],
        ['Ab', 2],
        ['c d', 3],
      ],
    ],
    ['an empty struct', 'a: {}', [['a', { fields: [] }]]],
    ['an open struct', 'a: {b: 1, ...}', [['a', { fields: [['b', 1]] }]]],
    ['an open struct on lines', 'a: {\n...\n}\n', [['a', { fields: [] }]]],
    ['labels in a row', 'a: b: "c": 1', [['a', { fields: [['b', { fields: [['c', 1]] }]] }]]],
    ['a value on the next line', 'a:\n\n1', [['a', 1]]],
    [
      'a label that begins like a word of the language',
      'imports: 1, lengths: 2',
      [
        ['imports', 1],
        ['lengths', 2],
      ],
    ],
    ['a label of a word of the language in quotes', '"import": 1', [['import', 1]]],
    ['a label that is a constant', 'true: 1', [['true', 1]]],
    ['a constant as a text', 'a: "true"', [['a', 'true']]],
  ])('reads %s', (_, text, fields) => {
    expect(parseLiteralCue(text)).toEqual({ fields });
  });

  const beyond = (found: string): object => ({ unsupported: `CUE beyond literals: ${found}` });
  it.each<[string, string, object]>([
    ['a bound', 'a: <3 & >=1\nb: 2', beyond('"<3 & >=1"')],
    ['long text, of which it shows the beginning', `a: ${'!'.repeat(30)}`, beyond(`"${'!'.repeat(20)}"`)],
    ['a reference', 'a: b', beyond('"b"')],
    ['a second value', 'a: "x" "y"', beyond('"y"')],
    ['a number as a label', '1: 2', beyond('"1"')],
    ['a label without a value', 'a: ', beyond('""')],
    ['a label alone', 'a\n', beyond('"line end"')],
    ['a struct that is left open', 'a: {b: 1\n', beyond('""')],
    ['a bracket too many', '}', beyond('"}"')],
    ['a wrong escape', 'a: "\\q"', beyond('"\\q"')],
    ['a number that begins with zero', 'a: 01', beyond('"01"')],
    ['a number of too many digits', 'a: 1000000000000000', beyond('"1000000000000000"')],
    ['a number with a unit', 'a: 1Ki', beyond('"1Ki"')],
    ['a name that every object has', 'a: constructor', beyond('"constructor"')],
    ['a struct after a struct', 'a: {} {}', beyond('"{"')],
    ...['import', 'package', 'let', 'for', 'if', 'in', 'string', 'int', 'number', 'bool', 'bytes', 'float', 'len'].map(
      (word): [string, string, object] => [`${word} as a label`, `${word}: 1`, beyond(`"${word}"`)],
    ),
    ['too much', ' '.repeat(65_537), { unsupported: 'more than 65536 characters' }],
    ['what is nested too deep', `${'a: '.repeat(34)}1`, beyond('"a"')],
  ])('shows where %s begins', (_, text, expected) => {
    expect(parseLiteralCue(text)).toEqual(expected);
  });

  it('reads as much and as deep as it says', () => {
    expect(parseLiteralCue(' '.repeat(65_536))).toEqual({ fields: [] });
    expect(parseLiteralCue(`${'a: '.repeat(33)}1`)).not.toHaveProperty('unsupported');
  });

  it.each<[string, string, unknown, string | null]>([
    ['two structs that clash within', 'a: b: 1\na: b: 2', { a: { b: 1 } }, 'a'],
    ['two structs that clash where the value says nothing', 'a: b: 1\na: b: 2', {}, 'a'],
    ['two structs that clash in one field of two', 'a: b: 1\na: {b: 2, c: 1}', {}, 'a'],
    ['two structs of which the first says more', 'a: {b: 1, c: 1}\na: b: 2', {}, 'a'],
    ['two structs that agree', 'a: {b: 1, c: 1}\na: {c: 1, b: 1}', {}, null],
    ['a struct and a value', 'a: b: 1\na: 1', {}, 'a'],
    ['a value and a struct', 'a: 1\na: b: 1', {}, 'a'],
    ['null and a struct', 'a: null\na: b: 1', {}, 'a'],
    ['a struct and null', 'a: b: 1\na: null', {}, 'a'],
    ['null twice', 'a: null\na: null', {}, null],
    ['a struct where null is', 'a: b: 1', { a: null }, 'a'],
    ['null where nothing else is', 'a: null', { a: 0 }, 'a'],
    ['a list for the whole', 'a: 1', [], ''],
    ['an inherited field', 'toString: 1', {}, null],
    ['a second field', 'a: 1\nb: c: 2', { a: 1, b: { c: 3 } }, 'b.c'],
  ])('unifies %s', (_, text, value, expected) => {
    const constraint = parseLiteralCue(text);
    if (typeof constraint === 'object' && constraint !== null && 'unsupported' in constraint)
      throw new Error(constraint.unsupported);
    expect(conflictOf(constraint, value)).toBe(expected);
  });
});
