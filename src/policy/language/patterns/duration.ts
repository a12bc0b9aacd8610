const units: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_557_600_000,
};

/**
 * Milliseconds of a duration such as `90d`, `12h` or `1d12h` (units s, m, h, d, w, y; each a whole number).
 * Null where `text` is none, or is zero.
 */
export function parseDuration(text: string): number | null {
  if (!/^(?:\d{1,9}[smhdwy]){1,6}$/.test(text)) return null;
  let total = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+)([smhdwy])/g))
    total += Number(amount) * (units[unit] ?? 0);
  return total > 0 ? total : null;
}
