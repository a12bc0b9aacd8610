import { expect, it } from 'vitest';
import { isChangedWithin } from '../../../../src/model/index.ts';

const now = Date.UTC(2026, 0, 1);

it.each([
  ['counts where that was in this millisecond, parts of which have gone by', 0.99, true],
  ['counts where that was a minute ago', -60_000, true],
  ['does not count where that was an hour ago', -3_600_000, false],
  ['does not count where that is a time to come', 1, false],
])('what was changed within the last hour %s', (_, after, expected) => {
  expect(isChangedWithin({ mtimeMs: now + after }, 3_600_000, now)).toBe(expected);
});
