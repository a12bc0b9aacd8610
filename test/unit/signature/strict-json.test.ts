import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../src/signature/limits.ts';
import { Refusal } from '../../../src/signature/refusal.ts';
import { parseStrictJson } from '../../../src/signature/strict-json.ts';

function codeOf(text: string | Uint8Array): string {
  try {
    parseStrictJson(Buffer.from(text), 'it');
    return 'parsed';
  } catch (error) {
    if (error instanceof Refusal) return error.problem.code;
    throw error;
  }
}

describe('strict JSON', () => {
  test.each([
    ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}', 'parsed'],
    ['{"a":"a","b":"\\"a\\":1"}', 'parsed'],
    ['{"a":1,"a":1}', 'malformed'],
    ['{"a":1,"\\u0061":1}', 'malformed'],
    ['{"x":[{"a":{},"b":1,"a":[]}]}', 'malformed'],
    ['{"__proto__":1,"__proto__":2}', 'malformed'],
    ['{"a\\"b":1,"a\\"b":2}', 'malformed'],
    ['{"a":1,}', 'malformed'],
    ["{'a':1}", 'malformed'],
    ['{"a":1} x', 'malformed'],
    ['\ufeff{}', 'malformed'],
    ['', 'malformed'],
    ['{"a":"', 'malformed'],
    ['{"\\', 'malformed'],
    [']]]}', 'malformed'],
    [`${'['.repeat(limits.jsonDepth)}${']'.repeat(limits.jsonDepth)}`, 'parsed'],
    [`${'['.repeat(limits.jsonDepth + 1)}${']'.repeat(limits.jsonDepth + 1)}`, 'too-large'],
  ])('%s is %s', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  test('refuses what is not UTF-8', () => {
    expect(codeOf(Uint8Array.from([0x22, 0xc3, 0x28, 0x22]))).toBe('malformed');
  });

  test('reads all that JSON.stringify writes, as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        expect(parseStrictJson(Buffer.from(text), 'it')).toEqual(JSON.parse(text));
      }),
    );
  });

  test('ends with a value or a refusal, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(['parsed', 'malformed', 'too-large']).toContain(codeOf(text));
      }),
    );
  });
});
