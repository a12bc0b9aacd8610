import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configMaps, parseDocument } from '../../../../src/oci/content/document.ts';

const parse = (text: string, maps?: ReadonlySet<string>) => parseDocument(Buffer.from(text), 'index', maps);

describe('a document that Go reads too', () => {
  it.each([
    ['twice the same key', '{"a":1,"a":1}', 'the field a twice'],
    ['keys that differ by case', '{"digest":1,"Digest":2}', 'a field Digest that could be read as digest'],
    ['a long s', '{"digest":1,"dige\u017ft":2}', 'could be read as digest'],
    ['the Kelvin sign', '{"key":1,"\u212aey":2}', 'could be read as key'],
    ['an escape', '{"digest":1,"\\u0044igest":2}', 'a field Digest'],
    ['half a surrogate pair', '{"\\ud800":1,"\\udfff":2}', 'could be read as'],
    ['keys deep inside', '{"a":[{"b":{"c":1,"d":[],"C":2}}]}', 'a field C that could be read as c'],
    ['keys of a map', '{"annotations":{"x":"1","X":"2"}}', 'a field X'],
    ['nesting without end', `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`, 'nested deeper'],
    ['a byte order mark', '\ufeff{}', 'not JSON'],
    ['a list', '[]', 'not an object'],
    ['nothing', '', 'not JSON'],
    ['two documents', '{}{}', 'not JSON'],
  ])('is refused with %s', (_what, text, message) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: 'registry.untrustworthy', message: expect.stringContaining(message) }),
    );
  });

  it('is refused where it is not UTF-8', () => {
    expect(() => parseDocument(Buffer.from('7b22ff223a317d', 'hex'), 'index')).toThrow(/not JSON/);
  });

  it.each([
    '{"a":{"b":1},"b":{"a":1}}',
    '{"a":[{"b":1},{"b":2}]}',
    '{"a":"b","b":"a:{\\"a\\""}',
    '{"\u0131d":1,"id":2}',
  ])('is read: %s', (text) => expect(parse(text)).toEqual(JSON.parse(text)));

  it('may have keys that differ by case in the maps of a configuration, but not the same twice', () => {
    expect(parse('{"config":{"Labels":{"a":"1","A":"2"}}}', configMaps)).toBeDefined();
    expect(() => parse('{"config":{"Labels":{"a":"1","a":"2"}}}', configMaps)).toThrow(/twice/);
    expect(() => parse('{"config":{"Labels":{},"labels":{}}}', configMaps)).toThrow(/could be read/);
    expect(() => parse('{"config":{"Labels":{"a":{"b":1,"B":1}}}}', configMaps)).toThrow(/could be read/);
  });

  it('is read as JSON.parse has it exactly where no object has keys that differ by case alone', () => {
    const isAmbiguous = (value: unknown): boolean => {
      if (typeof value !== 'object' || value === null) return false;
      const keys = Object.keys(value).map((key) => key.toLowerCase());
      return new Set(keys).size < keys.length || Object.values(value).some(isAmbiguous);
    };
    const outcome = (text: string): unknown => {
      try {
        return parse(text);
      } catch {
        return 'refused';
      }
    };
    const object = fc.dictionary(fc.constantFrom('a', 'A', 'b', '"', '\\', '{', ','), fc.jsonValue());
    fc.assert(
      fc.property(object, (value) => {
        const text = JSON.stringify(value);
        expect(outcome(text)).toEqual(isAmbiguous(JSON.parse(text)) ? 'refused' : JSON.parse(text));
      }),
    );
  });
});
