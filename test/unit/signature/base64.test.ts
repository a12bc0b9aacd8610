import { expect, test } from 'vitest';
import { decodeBase64 } from '../../../src/signature/base64.ts';
import { Refusal } from '../../../src/signature/refusal.ts';

test.each(['aGVsbG8=', 'aGVs\nbG8=', 'aGVsbG8', ' aGVsbG8= ', 'aGVs\r\n\tbG8='])('%j spells hello', (text) => {
  expect(decodeBase64(text, 'it').toString()).toBe('hello');
});

test.each(['', ' ', '=', '==', 'a', 'a===', 'aGVsb', 'aGVsb*8=', '*aGVsbG8=', 'aGVsbG8=x', 'aGVsbG8==='])(
  '%j is refused',
  (text) => {
    expect(() => decodeBase64(text, 'it')).toThrow(Refusal);
  },
);
