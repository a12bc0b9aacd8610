import { expect, it } from 'vitest';
import { messageOf } from '../../../../src/model/index.ts';

it('what was thrown is said in its own words, and nothing is made up of what is no error', () => {
  expect(messageOf(new TypeError('no such file'))).toBe('no such file');
  for (const thrown of ['text', null, undefined, { message: 'x' }]) expect(messageOf(thrown)).toBe('unknown reason');
});
