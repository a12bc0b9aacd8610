import { describe, expect, it } from 'vitest';
import { originRemarks } from '../../../../../src/policy/decide/verdict/origin-remarks.ts';
import { image, inputOf } from '../../support/evidence.ts';

const keptFor = (milliseconds: number) =>
  originRemarks(inputOf('alpine', [], { image: { keptFor: milliseconds } }).image, { projectLock: null }, []);

describe('a digest that a tag stood for earlier', () => {
  it.each([
    [0, 'just now'],
    [999, 'just now'],
    [59_999, '59 seconds ago'],
    [60_000, '1 minute ago'],
    [3_600_000, '1 hour ago'],
    [7_300_000, '2 hours ago'],
    [86_400_000 * 40, '40 days ago'],
  ])('is reported with its age: %i is %s', (age, words) => {
    expect(keptFor(age)).toMatchObject([
      { code: 'image.kept-tag', level: 'note', found: image, message: expect.stringMatching(new RegExp(` ${words}$`)) },
    ]);
  });

  it('is not spoken of where the tag was looked up', () => {
    expect(originRemarks(inputOf('alpine').image, { projectLock: null }, [])).toEqual([]);
  });
});
