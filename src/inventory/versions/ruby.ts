import { compareNumbers, compareText, type VersionOrder } from './order.ts';

const correct = /^\s*(?:\d+(?:\.[0-9a-z]+)*(?:-[0-9a-z-]+(?:\.[0-9a-z-]+)*)?)?\s*$/i;

function isNumber(segment: string): boolean {
  return /^\d/.test(segment);
}

function withoutZerosAtEnd(segments: readonly string[]): readonly string[] {
  const last = segments.findLastIndex((segment) => !/^0+$/.test(segment));
  return segments.slice(0, last + 1);
}

/** Zeros at the end of the numbers, and of what follows them, do not count. */
function segmentsOf(version: string): readonly string[] {
  const segments = version.replaceAll('-', '.pre.').match(/\d+|[a-z]+/gi) ?? [];
  const word = segments.findIndex((segment) => !isNumber(segment));
  const start = word < 0 ? segments.length : word;
  return [...withoutZerosAtEnd(segments.slice(0, start)), ...withoutZerosAtEnd(segments.slice(start))];
}

function compareSegments(left: string, right: string): number {
  const [isLeft, isRight] = [isNumber(left), isNumber(right)];
  if (isLeft !== isRight) return isLeft ? 1 : -1;
  return isLeft ? compareNumbers(left, right) : compareText(left, right);
}

/** The order of gems: Gem::Version; what is no such version comes before all that are. */
export const rubyOrder: VersionOrder = (left, right) => {
  const isCorrect = Number(correct.test(left)) - Number(correct.test(right));
  if (isCorrect !== 0) return isCorrect;
  const a = segmentsOf(left);
  const b = segmentsOf(right);
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const result = compareSegments(a[index] ?? '0', b[index] ?? '0');
    if (result !== 0) return result;
  }
  return 0;
};
