import { describe, expect, test } from 'vitest';
import { printable, problemOf, Refusal } from '../../../src/signature/refusal.ts';

describe('untrusted text in a message', () => {
  test.each([
    ['plain', 'plain'],
    ['two\nlines', 'two lines'],
    ['one\r\n\t\u0000space', 'one space'],
    ['\u001b[31mred', ' [31mred'],
    ['turned\u202eround', 'turned round'],
    ['a\u2028b\u2029c', 'a b c'],
    ['kept: äöü 漢字', 'kept: äöü 漢字'],
  ])('%j is written as %j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  test('is written up to 400 characters', () => {
    expect(printable('x'.repeat(400))).toBe('x'.repeat(400));
    expect(printable('x'.repeat(401))).toBe(`${'x'.repeat(400)}…`);
  });
});

describe('what is thrown', () => {
  test('keeps its cause, and has none where there was none', () => {
    const cause = new Error('why');
    expect(new Refusal('malformed', 'it', cause)).toMatchObject({ name: 'Refusal', message: 'it', cause });
    expect('cause' in new Refusal('malformed', 'it')).toBe(false);
  });

  test.each([
    [new Refusal('expired', 'it is over'), { code: 'expired', message: 'it is over' }],
    [new TypeError('x is\nundefined'), { code: 'malformed', message: 'it cannot be read: x is undefined' }],
    ['a text', { code: 'malformed', message: 'it cannot be read: a text' }],
  ])('%s becomes a problem', (thrown, problem) => {
    expect(problemOf(thrown)).toEqual(problem);
  });
});
