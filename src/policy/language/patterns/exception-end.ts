const day = 24 * 60 * 60 * 1_000;

/** Milliseconds of the epoch at which an exception ends: with its last day, UTC. */
function endOf(until: string): number {
  return Date.parse(`${until}T00:00:00Z`) + day;
}

/** Whole days until the last day of an exception: 0 on that day, negative once it has ended. */
export function daysLeft(until: string, now: Date): number {
  return Math.ceil((endOf(until) - now.getTime()) / day) - 1;
}
