/** A time as reports write it (RFC 3339, UTC), with a fraction of a second only where there is one. */
export function dateTime(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}
