import { describe, expect, it } from 'vitest';
import { expandWord, expandWords, type Lookup } from '../../../../src/dockerfile/shell/shell-word.ts';

const known: Readonly<Record<string, string>> = { A: 'a', E: '', V: 'v1.2.3', P: 'x/y/z', Q: 'it is' };
const lookup: Lookup = (name) => (Object.hasOwn(known, name) ? (known[name] ?? null) : null);
const backslash = { escape: '\\' };

describe('expandWord', () => {
  it.each([
    ['plain', 'plain'],
    ['$A', 'a'],
    ['${A}b', 'ab'],
    ['$A-b', 'a-b'],
    ['$N', ''],
    ['a$', 'a$'],
    ['a$/b', 'a$/b'],
    ['$1x', 'x'],
    ["'$A'", '$A'],
    ['"$A"', 'a'],
    ['"a\'b"', "a'b"],
    ['"a\\"b\\$A\\\\c\\n"', 'a"b$A\\c\\n'],
    ['a\\$A', 'a$A'],
    ['a\\', 'a'],
    ['${N:-d}', 'd'],
    ['${E:-d}', 'd'],
    ['${E-d}', ''],
    ['${A:+d}', 'd'],
    ['${E:+d}', ''],
    ['${E+d}', 'd'],
    ['${N+d}', ''],
    ['${A?no}', 'a'],
    ['${N:-${M:-"x y"}}', 'x y'],
    ['${N:-a\\}b}', 'a}b'],
    ['${V#v}', '1.2.3'],
    ['${V%.*}', 'v1.2'],
    ['${V%%.*}', 'v1'],
    ['${P##*/}', 'z'],
    ['${P#*/}', 'y/z'],
    ['${P/\\//-}', 'x-y/z'],
    ['${P//\\//-}', 'x-y-z'],
    ['${V/$A/x}', 'v1.2.3'],
    ['${N#x}', ''],
    ['<<$A', '<<a'],
  ])('makes of %j %j', (word, expected) => {
    expect(expandWord(word, lookup, backslash)).toEqual({ text: expected, certain: true });
  });

  it.each([
    ['${', "missing '}'"],
    ['${A', 'unsupported modifier'],
    ['${A:-b', "missing '}'"],
    ['${}', 'bad substitution'],
    ['${:x}', 'bad substitution'],
    ['${A!}', 'unsupported modifier (!)'],
    ['${A:=b}', 'unsupported modifier (:=)'],
    ['${A:#b}', 'unsupported modifier (:#)'],
    ['${A/b}', "missing '/'"],
    ['${N?}', 'N: is not allowed to be unset'],
    ['${E:?}', 'E: is not allowed to be empty'],
    ['${N:?said why}', 'N: said why'],
    ['${V#\\v}', "invalid escape '\\v'"],
    ["'a", 'matching single-quote'],
    ['"a', 'matching double-quote'],
  ])('refuses %j', (word, message) => {
    const refusal = expect.objectContaining({ code: 'dockerfile.invalid', message: expect.stringContaining(message) });
    expect(() => expandWord(word, lookup, backslash)).toThrow(refusal);
  });

  it('escapes with a backtick where that is the escape character', () => {
    expect(expandWord('C:\\$A`$A', lookup, { escape: '`' }).text).toBe('C:\\a$A');
  });

  it('says where a text depends on what cannot be known, and refuses nothing for it', () => {
    const unknown = (): undefined => undefined;
    expect(expandWord('${X:?no}', unknown, backslash).certain).toBe(false);
    expect(expandWord('a$X', unknown, backslash)).toEqual({ text: 'a', certain: false });
    expect(expandWord('a', unknown, backslash).certain).toBe(true);
  });

  it('counts what it yields against the budget of the scan', () => {
    const budget = { left: 7 };
    expandWord('$V', lookup, { ...backslash, budget });
    expect(() => expandWord('$V', lookup, { ...backslash, budget })).toThrow(/too much text/);
  });
});

describe('expandWords', () => {
  it.each([
    ['a b', ['a', 'b']],
    ['  a \t b  ', ['a', 'b']],
    ['"a b" c', ['a b', 'c']],
    ['a\\ b', ['a b']],
    ['$Q', ['it', 'is']],
    ['"$Q"', ['it is']],
    ['<< A b', ['<< A', 'b']],
    ['""', []],
  ])('makes of %j %j', (text, expected) => {
    expect(expandWords(text, lookup, backslash)).toEqual(expected);
  });

  it('keeps quotes, escapes and unset variables as they are where that is asked for', () => {
    const options = { ...backslash, rawQuotes: true, rawEscapes: true, keepUnset: true };
    expect(expandWords('"a" \\b $N ${N:-x} \'c\'', lookup, options)).toEqual(['"a"', '\\b', '$N', '${N:-x}', "'c'"]);
  });
});
