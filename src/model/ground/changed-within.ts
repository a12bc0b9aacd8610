/**
 * Whether a file was changed within the last `period` milliseconds. A time to come is no time at all: a clock was set back. The file's
 * time has parts of a millisecond, which `now` has not: of the millisecond that goes by, it is no time to come.
 */
export function isChangedWithin(
  { mtimeMs }: { readonly mtimeMs: number },
  period: number,
  now: number = Date.now(),
): boolean {
  const age = now - Math.floor(mtimeMs);
  return age >= 0 && age < period;
}
