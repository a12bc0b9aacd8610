import { compareNumbers, compareText, type VersionOrder } from './order.ts';

const early = new Set([
  'dev',
  'snapshot',
  'a',
  'alpha',
  'b',
  'beta',
  'm',
  'milestone',
  'c',
  'cr',
  'pre',
  'preview',
  'rc',
]);

/** Words for what comes before a release, then zero and the end (1.0 is 1.0.0), then other words, then numbers. */
function weight(token: string | undefined): number {
  if (token === undefined || /^0+$/.test(token)) return 1;
  if (/^\d/.test(token)) return 3;
  return early.has(token) ? 0 : 2;
}

function compareAlike(kind: number, left: string, right: string): number {
  if (kind === 1) return 0;
  return kind === 3 ? compareNumbers(left, right) : compareText(left, right);
}

/** A natural order for versions without rules of their own: numbers by value, `1.0rc1` before `1.0`. Case and separators do not matter. */
export const naturalOrder: VersionOrder = (left, right) => {
  const a = left.toLowerCase().match(/\d+|[a-z]+/g) ?? [];
  const b = right.toLowerCase().match(/\d+|[a-z]+/g) ?? [];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const kind = weight(a[index]);
    const result = kind - weight(b[index]) || compareAlike(kind, a[index] ?? '', b[index] ?? '');
    if (result !== 0) return result;
  }
  return 0;
};
