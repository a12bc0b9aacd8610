import { compareLists, compareNumbers, compareText, type VersionOrder } from './order.ts';

interface SemanticVersion {
  readonly numbers: readonly string[];
  readonly before: readonly string[];
  readonly build: string;
}

function parse(version: string): SemanticVersion {
  const [text = '', ...build] = version.replace(/^v/i, '').split('+');
  const dash = text.search(/[^\d.]/);
  const numbers = dash < 0 ? text : text.slice(0, dash);
  const before = dash < 0 ? '' : text.slice(dash).replace(/^-/, '');
  return {
    numbers: numbers.split('.').filter((part) => part !== ''),
    before: before === '' ? [] : before.split('.'),
    build: build.join('+'),
  };
}

/** Semantic Versioning 2.0.0, section 11: numbers before words, fewer identifiers before more. */
function compareIdentifiers(left: string | null, right: string | null): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  const [isLeft, isRight] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (isLeft !== isRight) return isLeft ? -1 : 1;
  return isLeft ? compareNumbers(left, right) : compareText(left, right);
}

function compareBefore(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return Number(left.length === 0) - Number(right.length === 0);
  return compareLists<string | null>(left, right, null, compareIdentifiers);
}

/**
 * Semantic Versioning 2.0.0, section 11, for npm, Cargo, Go, Hex and Swift; read leniently, with any count of numbers and a `v`
 * before them. What is built from does not count.
 */
export const semanticOrder: VersionOrder = (left, right) => {
  const a = parse(left);
  const b = parse(right);
  return compareLists(a.numbers, b.numbers, '0', compareNumbers) || compareBefore(a.before, b.before);
};

/** The order of NuGet: semantic, with up to four numbers and without regard to case. */
export const nugetOrder: VersionOrder = (left, right) => semanticOrder(left.toLowerCase(), right.toLowerCase());

/** The order of Dart's pub: semantic, and what it was built from counts where all else is equal. */
export const pubOrder: VersionOrder = (left, right) => {
  const order = semanticOrder(left, right);
  if (order !== 0) return order;
  const [one, other] = [parse(left).build, parse(right).build];
  if (one === '' || other === '') return Number(one !== '') - Number(other !== '');
  return compareLists<string | null>(one.split('.'), other.split('.'), null, compareIdentifiers);
};
