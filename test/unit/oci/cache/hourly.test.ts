import { stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hourly } from '../../../../src/oci/cache/hourly.ts';
import { temporaryFolder } from '../harness.ts';

/** How often the task is done by two calls, of which the second comes when the mark's time is `seconds` from now. */
async function doneWith(seconds: number): Promise<number> {
  const folder = await temporaryFolder();
  let done = 0;
  const task = async (): Promise<void> => {
    done += 1;
  };
  await hourly(folder, task);
  const time = Date.now() / 1000 + seconds;
  await utimes(join(folder, 'trimmed'), time, time);
  await hourly(folder, task);
  return done;
}

describe('a task done hourly', () => {
  it('is not done again within the hour', async () => expect(await doneWith(-3_500)).toBe(1));
  it('is done again after it', async () => expect(await doneWith(-3_700)).toBe(2));
  it('is done again where the mark comes from the future', async () => expect(await doneWith(60)).toBe(2));

  it('is done where nothing can be written', async () => {
    let done = 0;
    await hourly('/dev/null/none', async () => {
      done += 1;
    });
    expect(done).toBe(1);
    await expect(stat('/dev/null/none')).rejects.toThrow('ENOTDIR');
  });
});
