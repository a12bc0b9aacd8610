import { compareLists, compareNumbers, type VersionOrder } from './order.ts';

function numbersOf(version: string): readonly string[] {
  return version.split(/[.-]/);
}

function compareParts(left: string | null, right: string | null): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  return compareNumbers(left, right);
}

/** The order of CRAN (R's package_version) and Hackage (PVP): numbers with dots or dashes between, longer after shorter. */
export const numberedOrder: VersionOrder = (left, right) =>
  compareLists<string | null>(numbersOf(left), numbersOf(right), null, compareParts);
