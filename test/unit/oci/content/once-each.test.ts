import { describe, expect, it } from 'vitest';
import { onceEach } from '../../../../src/oci/content/once-each.ts';

describe('a task that is run once for each key', () => {
  it('gives the first answer to all who ask for that key, and runs anew for another', async () => {
    const once = onceEach();
    let runs = 0;
    const task = () => {
      runs += 1;
      return Promise.resolve(runs);
    };
    expect(await Promise.all([once('a', task), once('a', task), once('b', task)])).toEqual([1, 1, 2]);
    expect(await once('a', task)).toBe(1);
    expect(runs).toBe(2);
  });

  it('keeps its failure too, and is of its own for each source', async () => {
    const [one, other] = [onceEach(), onceEach()];
    await expect(one('a', () => Promise.reject(new Error('first')))).rejects.toThrow('first');
    await expect(one('a', () => Promise.resolve('second'))).rejects.toThrow('first');
    expect(await other('a', () => Promise.resolve('other'))).toBe('other');
  });
});
