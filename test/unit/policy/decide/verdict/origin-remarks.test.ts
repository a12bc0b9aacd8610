import { describe, expect, it } from 'vitest';
import { originRemarks } from '../../../../../src/policy/decide/verdict/origin-remarks.ts';
import { image, inputOf } from '../../support/evidence.ts';

const keptFor = (milliseconds: number) =>
  originRemarks(inputOf('alpine', [], { image: { keptFor: milliseconds } }).image, { projectLock: null }, []);

describe('a digest that a tag stood for earlier', () => {
  it.each([
    [0, '0 seconds'],
    [59_999, '59 seconds'],
    [60_000, '1 minute'],
    [3_600_000, '1 hour'],
    [7_300_000, '2 hours'],
    [86_400_000 * 40, '40 days'],
  ])('is reported with its age: %i is %s', (age, words) => {
    expect(keptFor(age)).toMatchObject([
      { code: 'image.kept-tag', level: 'note', found: image, message: expect.stringContaining(`${words} ago`) },
    ]);
  });

  it('is not spoken of where the tag was looked up', () => {
    expect(originRemarks(inputOf('alpine').image, { projectLock: null }, [])).toEqual([]);
  });
});
