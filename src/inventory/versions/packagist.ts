import { compareNumbers, type VersionOrder } from './order.ts';

const ranks: readonly (readonly [start: string, rank: number])[] = [
  ['dev', 0],
  ['alpha', 1],
  ['a', 1],
  ['beta', 2],
  ['b', 2],
  ['RC', 3],
  ['rc', 3],
  ['#', 4],
  ['pl', 5],
  ['p', 5],
];

function partsOf(version: string): readonly string[] {
  return version
    .replace(/^v(?=\d)/i, '')
    .replaceAll(/[^0-9A-Za-z#]+/g, '.')
    .replaceAll(/([^\d.])(\d)/g, '$1.$2')
    .replaceAll(/(\d)([^\d.])/g, '$1.$2')
    .split('.')
    .filter((part) => part !== '');
}

function rankOf(part: string): number {
  return ranks.find(([start]) => part.startsWith(start))?.[1] ?? -1;
}

function isNumber(part: string): boolean {
  return /^\d/.test(part);
}

function comparePart(left: string, right: string): number {
  const [isLeft, isRight] = [isNumber(left), isNumber(right)];
  if (isLeft && isRight) return compareNumbers(left, right);
  return rankOf(isLeft ? '#' : left) - rankOf(isRight ? '#' : right);
}

/** The order of Composer's packages: PHP's version_compare. */
export const packagistOrder: VersionOrder = (left, right) => {
  const a = partsOf(left);
  const b = partsOf(right);
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const result = comparePart(a[index] ?? '', b[index] ?? '');
    if (result !== 0) return result;
  }
  return a.length > b.length ? signOfRest(a.slice(b.length)) : 0 - signOfRest(b.slice(a.length));
};

/** What only the longer version has: a number makes it newer, a word as its rank says, and `#` stands for any number. */
function signOfRest(parts: readonly string[]): number {
  for (const part of parts) {
    const sign = isNumber(part) ? 1 : rankOf(part) - rankOf('#');
    if (sign !== 0) return sign;
  }
  return 0;
}
