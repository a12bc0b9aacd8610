import { describe, expect, it } from 'vitest';
import { createSlots } from '../../../../src/oci/transport/slots.ts';

describe('slots', () => {
  it.each([1, 3, 50])('let %i run at once, and everybody in the end, also after failures', async (count) => {
    const slots = createSlots(count);
    let running = 0;
    let most = 0;
    const task = async (number: number): Promise<number> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      if (number % 3 === 0) throw new Error('fails');
      return number;
    };
    const results = await Promise.allSettled(Array.from({ length: 40 }, (_, number) => slots.run(() => task(number))));
    expect(most).toBe(Math.min(count, 40));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(26);
  });
});
