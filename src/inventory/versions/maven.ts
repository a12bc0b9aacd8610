import { compareNumbers, compareText, type VersionOrder } from './order.ts';

interface Token {
  readonly separator: '.' | '-';
  readonly value: string;
}

const releases = new Set(['', 'final', 'ga', 'release']);
const qualifiers = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const shorthands: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', m: 'milestone' };

function isNumber(value: string): boolean {
  return /^\d+$/.test(value);
}

function normalised(value: string, isBeforeDigit: boolean): string {
  if (value === '') return '0';
  const full = isBeforeDigit ? (shorthands[value] ?? value) : value;
  if (full === 'cr') return 'rc';
  return releases.has(full) ? '' : full;
}

/** Separators are dots and dashes; where digits and letters meet there is a dash. */
function tokensOf(version: string): readonly Token[] {
  const tokens: Token[] = [];
  let separator: Token['separator'] = '.';
  for (const part of version.toLowerCase().split(/([.-])/)) {
    if (part === '.' || part === '-') {
      separator = part;
      continue;
    }
    const pieces = part.match(/\d+|\D+/g) ?? [''];
    pieces.forEach((piece, index) => {
      const next = pieces[index + 1];
      tokens.push({ separator: index === 0 ? separator : '-', value: normalised(piece, next !== undefined) });
    });
  }
  return tokens;
}

function isNull({ value }: Token): boolean {
  return value === '' || /^0+$/.test(value);
}

/** Zeros and words for a release mean nothing at the end, nor before a dash. */
function trimmed(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  let isTrailing = true;
  for (const token of tokens.toReversed()) {
    const isDropped: boolean = isTrailing && isNull(token);
    isTrailing = (isTrailing && isDropped) || token.separator === '-';
    if (!isDropped) kept.push(token);
  }
  return kept.toReversed();
}

function qualifierRank(value: string): number {
  const rank = qualifiers.indexOf(value);
  return rank < 0 ? qualifiers.length : rank;
}

/** Words, then what a dash joins, then what a dot joins. */
function kindRank({ separator, value }: Token): number {
  if (!isNumber(value)) return 0;
  return separator === '-' ? 1 : 2;
}

function compareTokens(left: Token, right: Token): number {
  const kind = kindRank(left) - kindRank(right);
  if (kind !== 0) return kind;
  if (isNumber(left.value)) return compareNumbers(left.value, right.value);
  const separator = Number(left.separator === '-') - Number(right.separator === '-');
  const rank = qualifierRank(left.value) - qualifierRank(right.value);
  return separator || rank || compareText(left.value, right.value);
}

/** What a missing token stands for: zero beside a number, a release beside a word. */
function paddingFor({ separator, value }: Token): Token {
  return { separator, value: isNumber(value) ? '0' : '' };
}

/** The order of Maven: "Version Order Specification" of the POM reference. */
export const mavenOrder: VersionOrder = (left, right) => {
  const a = trimmed(tokensOf(left));
  const b = trimmed(tokensOf(right));
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const one = a[index];
    const other = b[index];
    const given = one ?? other;
    if (given === undefined) break;
    const result = compareTokens(one ?? paddingFor(given), other ?? paddingFor(given));
    if (result !== 0) return result;
  }
  return 0;
};
