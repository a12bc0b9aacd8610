import { type ImagePattern, parseImagePattern } from '../language/patterns/image-pattern.ts';

/** Whether some image can match both patterns: a `*` is taken for a `**`, so that "no" is certain. */
export function patternsMeet(left: string, right: string): boolean {
  const one = parseImagePattern(left);
  const other = parseImagePattern(right);
  if (!one.ok || !other.ok) return true;
  return globsMeet(one.value.repository, other.value.repository) && tagsMeet(one.value, other.value);
}

function tagsMeet(one: ImagePattern, other: ImagePattern): boolean {
  return one.tag === null || other.tag === null || globsMeet(one.tag, other.tag);
}

/** All pairs of positions that one text can reach in both globs. */
function globsMeet(left: string, right: string): boolean {
  const [a, b] = [left.replaceAll(/\*+/g, '*'), right.replaceAll(/\*+/g, '*')];
  const width = b.length + 1;
  const seen = new Set<number>();
  const open: [number, number][] = [[0, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [i, j] = next;
    if (i === a.length && j === b.length) return true;
    if (seen.has(i * width + j)) continue;
    seen.add(i * width + j);
    if (a[i] === '*') {
      open.push([i + 1, j]);
      if (j < b.length) open.push([i, j + 1]);
    }
    if (b[j] === '*') {
      open.push([i, j + 1]);
      if (i < a.length) open.push([i + 1, j]);
    }
    if (i < a.length && a[i] === b[j]) open.push([i + 1, j + 1]);
  }
  return false;
}
