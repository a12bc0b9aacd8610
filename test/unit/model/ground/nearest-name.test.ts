import { describe, expect, it } from 'vitest';
import { nearestName } from '../../../../src/model/ground/nearest-name.ts';

const names = ['build', 'html', 'log', 'policies', 'signedBy', 'ls', 'compress', 'off'];

describe('the name that was probably meant', () => {
  it.each([
    ['buld', 'build'],
    ['biuld', 'build'],
    ['HTM', 'html'],
    ['policys', 'policies'],
    ['signdby', 'signedBy'],
    ['lss', 'ls'],
    ['list', 'ls'],
    ['policy', 'policies'],
  ])('of %s is %s', (written, expected) => {
    expect(nearestName(written, names)).toBe(expected);
  });

  it.each(['foo', 'ps', 'compose', 'on', 'xml', 'x', 'l', 'loose', '', 'b'.repeat(64)])('of %j is none', (written) => {
    expect(nearestName(written, names)).toBeNull();
  });

  it('is asked for up to 64 letters', () => {
    expect(nearestName('a'.repeat(64), ['a'.repeat(61)])).toBe('a'.repeat(61));
    expect(nearestName('a'.repeat(65), ['a'.repeat(61)])).toBeNull();
  });

  it('is the nearest of several, and the first of those that are equally near', () => {
    expect(nearestName('tests', ['texts', 'test', 'tents'])).toBe('texts');
    expect(nearestName('checks', ['cheeks', 'check', 'checkers'])).toBe('cheeks');
    expect(nearestName('checkz', ['cheeks', 'checks'])).toBe('checks');
  });
});
