import { describe, expect, test } from 'vitest';
import { arrayOf, objectOf, parseStrictJson, stringOf, structureOf } from '../../../src/signature/strict-json.ts';

const refused = (code: string, message: string) =>
  expect.objectContaining({ problem: { code, message: expect.stringContaining(message) } });

describe('a value of parsed JSON', () => {
  test.each([[null], [[]], [[{}]], ['{}'], [1], [true], [undefined]])('%j is no object', (value) => {
    expect(() => objectOf(value, 'it')).toThrow(refused('malformed', 'it is not an object'));
  });

  test.each([[null], [{}], [['a']], [1], [undefined]])('%j is no text', (value) => {
    expect(() => stringOf(value, 'it')).toThrow(refused('malformed', 'it is not a string'));
  });

  test.each([[null], [{ length: 0 }], ['a'], [undefined]])('%j is no list', (value) => {
    expect(() => arrayOf(value, 'it', 9)).toThrow(refused('malformed', 'it is not a list'));
  });

  test.each([[{ image: 1, Image: 2 }], [{ subject: 1, ſubject: 2 }]])(
    '%j is no structure: Go takes two of its keys for one',
    (value) => {
      expect(() => structureOf(value, 'it')).toThrow(refused('malformed', 'one field to other tools'));
    },
  );

  test('with keys that differ by more than case is a structure', () => {
    expect(structureOf({ a: 1, b: 2, A1: 3 }, 'it')).toEqual({ a: 1, b: 2, A1: 3 });
  });

  test('of the right kind is handed on', () => {
    expect(objectOf({ a: 1 }, 'it')).toEqual({ a: 1 });
    expect(stringOf('', 'it')).toBe('');
    expect(arrayOf([1, 2], 'it', 2)).toEqual([1, 2]);
    expect(() => arrayOf([1, 2, 3], 'it', 2)).toThrow(refused('too-large', '3 items'));
  });
});

describe('what is not strict JSON', () => {
  test.each([
    ['{"a":1,"a":2}', 'malformed', 'the key "a" twice'],
    ['{"a\\u001b":1,"a\\u001b":2}', 'malformed', 'the key "a " twice'],
    ['[', 'malformed', 'it is not JSON'],
    [Buffer.from([0xff]), 'malformed', 'it is not UTF-8 text'],
    ['['.repeat(1000), 'too-large', 'nested deeper'],
  ])('%j is refused with the reason', (text, code, message) => {
    expect(() => parseStrictJson(Buffer.from(text), 'it')).toThrow(refused(code, message));
  });
});
