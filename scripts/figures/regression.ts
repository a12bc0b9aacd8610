import { availableParallelism, loadavg } from 'node:os';

/** A ratio as it was measured on a quiet machine. */
export interface RecordedRatio {
  readonly ratio: number;
  /** Whether it is of the processor's time, which others on the machine hardly change, or of the clock. */
  readonly of: 'processor' | 'clock';
}

/** The ratios that `bench --check` holds the project to: to be lowered where it has become faster. */
export const recordedRatios: Readonly<Record<string, RecordedRatio>> = {
  processor: { ratio: 2.8, of: 'processor' },
  'processor-keyless': { ratio: 3.6, of: 'processor' },
  handshake: { ratio: 0.5, of: 'clock' },
  version: { ratio: 1.25, of: 'clock' },
  scan: { ratio: 1.6, of: 'clock' },
  one: { ratio: 0.68, of: 'clock' },
  build: { ratio: 1.5, of: 'clock' },
};

/** How many times the recorded ratio is a regression. */
const bound = 1.5;
const looks = 3;

/** Whether so many others run on this machine that its clock tells nothing of us. */
export function isBusy(load = loadavg()[0] ?? 0, processors = availableParallelism()): boolean {
  return load > 1.5 * processors;
}

/** What came of holding a figure to its record. */
export interface Held {
  /** The least that was measured. */
  readonly ratio: number;
  readonly isWorse: boolean;
}

/** Measures until a figure is within its bound, at most three times: noise passes, and a regression stays. */
export async function holdToRecord(recorded: RecordedRatio, look: () => Promise<number>): Promise<Held> {
  let ratio = Number.POSITIVE_INFINITY;
  for (let round = 0; round < looks && ratio >= bound * recorded.ratio; round += 1) {
    // each look is taken only where the one before was too much
    // oxlint-disable-next-line no-await-in-loop
    ratio = Math.min(ratio, await look());
  }
  return { ratio, isWorse: ratio >= bound * recorded.ratio };
}
