import { setTimeout as delay } from 'node:timers/promises';

/** Waits until something of another process is found, for some 20 seconds, and answers with it. */
export async function until<Value>(find: () => Value | null, what: string): Promise<Value> {
  for (let waited = 0; waited < 20_000; waited += 10) {
    const found = find();
    if (found !== null) return found;
    // a condition of another process cannot be awaited otherwise
    // oxlint-disable-next-line no-await-in-loop
    await delay(10);
  }
  throw new Error(`waited in vain for ${what}`);
}
