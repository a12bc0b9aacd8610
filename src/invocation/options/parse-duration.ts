/** What `setTimeout` can wait at most, in milliseconds: about 24 days. */
const longest = 2 ** 31 - 1;

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const part = /(\d{1,15}(?:\.\d{0,9})?|\.\d{1,9})(ns|us|µs|μs|ms|s|m|h)/gy;

/**
 * The milliseconds of a positive duration in Go's notation (`60s`, `2m`, `1m30s`, `500ms`, `1.5h`), rounded up;
 * null where `text` is none, or longer than a timer can wait.
 */
export function parseDuration(text: string): number | null {
  let total = 0;
  let end = 0;
  for (const match of text.matchAll(part)) {
    total += Number(match[1]) * (units[match[2] ?? ''] ?? Number.NaN);
    end = match.index + match[0].length;
  }
  const milliseconds = Math.ceil(total);
  if (end === 0 || end !== text.length) return null;
  return milliseconds >= 1 && milliseconds <= longest ? milliseconds : null;
}
