import { describe, expect, it } from 'vitest';
import { holdToRecord, isBusy, recordedRatios } from '../../../../scripts/figures/regression.ts';

const recorded = { ratio: 2, of: 'clock' } as const;

/** Looks that give these ratios one after another; how many were taken. */
function looks(ratios: readonly number[]): { readonly look: () => Promise<number>; readonly taken: () => number } {
  let taken = 0;
  return { look: () => Promise.resolve(ratios[taken++] ?? Number.NaN), taken: () => taken };
}

describe('holdToRecord', () => {
  it('takes one look at what is within its bound', async () => {
    const { look, taken } = looks([2.99, 9]);
    expect(await holdToRecord(recorded, look)).toEqual({ ratio: 2.99, isWorse: false });
    expect(taken()).toBe(1);
  });

  it('looks again before it calls anything a regression', async () => {
    const { look, taken } = looks([9, 4, 2.5]);
    expect(await holdToRecord(recorded, look)).toEqual({ ratio: 2.5, isWorse: false });
    expect(taken()).toBe(3);
  });

  it('calls what has grown by half in three looks a regression', async () => {
    const { look, taken } = looks([9, 3, 4, 1]);
    expect(await holdToRecord(recorded, look)).toEqual({ ratio: 3, isWorse: true });
    expect(taken()).toBe(3);
  });
});

describe('isBusy', () => {
  it('does not count what the measuring itself is', () => {
    expect(isBusy(2, 2)).toBe(false);
    expect(isBusy(3.1, 2)).toBe(true);
  });
});

describe('the recorded ratios', () => {
  it('hold the processor to something, whatever else runs on the machine', () => {
    expect(Object.values(recordedRatios).some((each) => each.of === 'processor')).toBe(true);
  });
});
