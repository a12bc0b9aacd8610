import { describe, expect, it } from 'vitest';
import { countedProgress } from '../../../../../src/gate/examine/examination/counted-progress.ts';

describe('progress of several images', () => {
  it('counts those that are done', () => {
    const shown: string[] = [];
    const { progress, done } = countedProgress((text) => shown.push(text), 30);
    progress('verifying a');
    for (let index = 0; index < 7; index += 1) done(`image${index}`);
    progress('verifying b');
    expect([shown[0], shown.at(-2), shown.at(-1)]).toEqual([
      'verifying a (0/30)',
      'verified image6 (7/30)',
      'verifying b (7/30)',
    ]);
  });

  it('does not count a single one', () => {
    const shown: string[] = [];
    const { progress, done } = countedProgress((text) => shown.push(text), 1);
    progress('verifying a');
    done('a');
    expect(shown).toEqual(['verifying a', 'verified a']);
  });
});
