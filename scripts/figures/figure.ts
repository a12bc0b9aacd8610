import type { Pair } from './measure.ts';

/** One row of the table. */
export interface Figure {
  readonly name: string;
  readonly ours: string;
  readonly theirs: string;
  readonly result: string;
  readonly aim: string;
  readonly met: boolean;
  /** How many times as long ours takes, or how much more, as what it is compared with; null where it is compared with nothing. */
  readonly ratio: number | null;
}

/** The row of two things that were measured in turn. */
export function pairFigure(name: string, pair: Pair, other: string, aim: number | null): Figure {
  return {
    name,
    ours: `${pair.ours.toFixed(0)} ms`,
    theirs: `${pair.theirs.toFixed(0)} ms (${other})`,
    result: pair.ratio.toFixed(2),
    aim: aim === null ? '' : `≤ ${aim}`,
    met: aim === null || pair.ratio <= aim,
    // noise only ever adds, and seldom to all of one kind
    ratio: Math.min(pair.ratio, pair.leastRatio),
  };
}

/** The row of something that must not be more than `aim`. */
export function limitFigure(name: string, value: number, unit: string, aim: number): Figure {
  return {
    name,
    ours: '',
    theirs: '',
    result: `${value.toFixed(1)} ${unit}`,
    aim: `≤ ${aim} ${unit}`,
    met: value <= aim,
    ratio: null,
  };
}
