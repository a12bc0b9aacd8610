import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonText } from '../../../src/plugin/json-text.ts';
import { applyEdit, inverseEdit } from '../../../src/plugin/text-edit.ts';

describe('set', () => {
  it.each([
    ['{\n\t"a": {\n\t\t"b": 1\n\t}\n}', '{\n\t"a": {\n\t\t"b": 1\n\t},\n\t"k": {\n\t\t"v": 1\n\t}\n}'],
    ['{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "k": {\n    "v": 1\n  }\n}\n'],
    ['{\r\n  "a": 1\r\n}\r\n', '{\r\n  "a": 1,\r\n  "k": {\r\n    "v": 1\r\n  }\r\n}\r\n'],
    ['{"a":1}', '{"a":1,"k":{"v":1}}'],
    ['{ "a": 1 }', '{ "a": 1, "k": {"v":1} }'],
    ['{}', '{\n\t"k": {\n\t\t"v": 1\n\t}\n}'],
    ['{\n}\n', '{\n\t"k": {\n\t\t"v": 1\n\t}\n}\n'],
  ])('adds a member in the style of %j', (text, expected) => {
    expect(applyEdit(text, new JsonText(text).set([], 'k', { v: 1 }))).toBe(expected);
  });

  it.each([
    ['{\n\t"k": {\n\t\t"a": "b"\n\t}\n}', '{\n\t"k": {\n\t\t"a": "b",\n\t\t"n": "v"\n\t}\n}'],
    ['{\n\t"k": {}\n}', '{\n\t"k": {\n\t\t"n": "v"\n\t}\n}'],
    ['{"k":{}}', '{"k":{"n":"v"}}'],
    ['{"k":{"n":"old","z":1}}', '{"k":{"n":"v","z":1}}'],
  ])('reaches into an object of %j', (text, expected) => {
    expect(applyEdit(text, new JsonText(text).set(['k'], 'n', 'v'))).toBe(expected);
  });
});

describe('prepend', () => {
  it.each([
    ['{"k":["a"]}', '{"k":["n","a"]}'],
    ['{\n  "k": [\n    "a"\n  ]\n}', '{\n  "k": [\n    "n",\n    "a"\n  ]\n}'],
    ['{"k":[]}', '{"k":["n"]}'],
    ['{\n  "k": []\n}', '{\n  "k": [\n    "n"\n  ]\n}'],
  ])('puts an element first in %j', (text, expected) => {
    expect(applyEdit(text, new JsonText(text).prepend(['k'], 'n'))).toBe(expected);
  });
});

describe('without', () => {
  it.each([
    ['{"a":1,"k":{"n":1}}', ['k', 'n'], '{"a":1,"k":{}}'],
    ['{\n  "a": 1,\n  "k": 2\n}', ['k'], '{\n  "a": 1\n}'],
    ['{\n  "k": 1,\n  "b": 2\n}', ['k'], '{\n  "b": 2\n}'],
    ['{"k":["a","b"]}', ['k', 0], '{"k":["b"]}'],
    ['{"a":1}', ['k', 'n'], '{"a":1}'],
  ])('takes from %j what is at %j', (text, path, expected) => {
    expect(new JsonText(text).without(path)).toBe(expected);
  });
});

it.each([['[]'], ['null'], ['"x"'], ['{"a":1,}'], ['{/* c */}'], [''], ['\ufeff{}']])(
  'takes %j for no object',
  (text) => {
    expect(() => new JsonText(text)).toThrow(SyntaxError);
  },
);

it('changes nothing but the member, and takes it back to the letter', () => {
  const indentation = fc.constantFrom(undefined, ' ', '  ', '\t');
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), indentation, (value, space) => {
      const text = JSON.stringify(value, null, space);
      const edit = new JsonText(text).set([], 'added', { builder: 'verify' });
      const edited = applyEdit(text, edit);
      expect(JSON.parse(edited)).toEqual({ ...JSON.parse(text), added: { builder: 'verify' } });
      expect(applyEdit(edited, inverseEdit(text, edit))).toBe(text);
    }),
  );
});
