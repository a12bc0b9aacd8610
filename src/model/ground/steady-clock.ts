import { hrtime } from 'node:process';

/** Milliseconds since some moment: what time limits are counted by, for it never goes back. (To load Node's `performance` takes a millisecond.) */
export function steadyClock(): number {
  return Number(hrtime.bigint()) / 1_000_000;
}
