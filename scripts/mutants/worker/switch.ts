import { switchName } from '../instrument.ts';

/** How often a test may come by a switch with a mutant on, for each time that it does so without, before it counts as endless. */
const patience = 20;
const leastPatience = 200_000;

let active = -1;
let reached: Set<number> | null = null;
let passed = 0;
let most = Number.POSITIVE_INFINITY;

function answer(id: number): boolean {
  passed++;
  if (passed > most) throw new Error('endless under this mutant');
  reached?.add(id);
  return id === active;
}

Object.defineProperty(globalThis, switchName, { value: answer });

/** Switches one mutant on, and all others off; -1: all. */
export function activate(id: number): void {
  active = id;
}

/** From now on what is reached goes into `set`, and nothing is endless. */
export function record(set: Set<number> | null): void {
  reached = set;
}

/** Starts counting anew: how many switches were passed since the last call. `usual`: how many a run without a mutant passes; null: no limit. */
export function countFrom(usual: number | null): number {
  const since = passed;
  passed = 0;
  most = usual === null ? Number.POSITIVE_INFINITY : Math.max(leastPatience, usual * patience);
  return since;
}
