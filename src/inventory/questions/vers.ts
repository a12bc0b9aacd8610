import type { VersionOrder } from '../versions/order.ts';
import { orderOf } from '../versions/order-of.ts';

type Comparator = '=' | '!=' | '<' | '<=' | '>' | '>=';

interface Constraint {
  readonly comparator: Comparator;
  readonly version: string;
}

/** A version range in the form of the VERS specification: `vers:deb/>=5.6.0|<=5.6.1`. */
export interface VersRange {
  /** The type of package URLs whose versions it orders; null for schemes of no type (`generic`, `lexicographic`, …). */
  readonly type: string | null;
  /** In the order of their versions; null where any version is meant. */
  readonly constraints: readonly Constraint[] | null;
}

const longest = 4_096;
const mostConstraints = 1_000;
const schemeTypes: ReadonlyMap<string, string | null> = new Map([
  ...[
    'deb',
    'rpm',
    'apk',
    'alpm',
    'npm',
    'cargo',
    'golang',
    'hex',
    'nuget',
    'pypi',
    'maven',
    'gem',
    'composer',
    'cran',
    'hackage',
    'pub',
    'swift',
    'github',
  ].map((type) => [type, type] as const),
  ['semver', 'npm'],
  ['intdot', null],
  ['generic', null],
  ['lexicographic', null],
  ['datetime', null],
  ['all', null],
]);
const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

function orderOfScheme(scheme: string): VersionOrder {
  if (scheme === 'lexicographic' || scheme === 'datetime') return compareBytes;
  return orderOf(schemeTypes.get(scheme) ?? null);
}

/** By UTF-8 bytes, which is by code point and not by UTF-16's units. */
const compareBytes: VersionOrder = (left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right));

function parseConstraint(text: string): Constraint | null {
  const found = /^(>=|<=|!=|>|<|=)?([^<>=!|\s]+)$/.exec(text);
  if (found?.[2] === undefined) return null;
  try {
    return { comparator: (found[1] ?? '=') as Comparator, version: decodeURIComponent(found[2]) }; // the expression admits no other
  } catch {
    return null;
  }
}

function isFit(scheme: string, texts: readonly string[]): boolean {
  return scheme !== 'datetime' || texts.every((text) => timestamp.test(text.replace(/^[<>=!]+/, '')));
}

/** Reads a range in the form of VERS; null where it is none, or not in its canonical form (versions unique and in order). */
export function parseVers(text: string): VersRange | null {
  const found = /^vers:([a-z][a-z0-9.-]*)\/(\S+)$/.exec(text);
  if (text.length > longest || found?.[1] === undefined || found[2] === undefined) return null;
  const [, scheme, body] = found;
  if (!schemeTypes.has(scheme)) return null;
  const type = schemeTypes.get(scheme) ?? null;
  if (body === '*') return { type, constraints: null };
  const texts = body.split('|');
  const constraints = texts.map(parseConstraint).filter((constraint) => constraint !== null);
  if (constraints.length < texts.length || texts.length > mostConstraints || !isFit(scheme, texts)) return null;
  const order = orderOfScheme(scheme);
  const isSorted = constraints.every(({ version }, index) => {
    const before = constraints[index - 1];
    return before === undefined || order(before.version, version) < 0;
  });
  return isSorted || isMixed(constraints) ? { type, constraints: sorted(constraints, order) } : null;
}

/** Single versions may stand behind the range that they belong to, as several tools write them. */
function isMixed(constraints: readonly Constraint[]): boolean {
  return constraints.some(({ comparator }) => comparator === '=' || comparator === '!=');
}

function sorted(constraints: readonly Constraint[], order: VersionOrder): readonly Constraint[] {
  return constraints.toSorted((left, right) => order(left.version, right.version));
}

function isBelow(comparator: Comparator): boolean {
  return comparator === '<' || comparator === '<=';
}

function holds({ comparator }: Constraint, order: number): boolean {
  switch (comparator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
  }
}

/**
 * Whether a version is in a range: the specification's algorithm ("Checking if a version is contained within a range").
 * `compare` says how the version stands to one that the range names.
 */
export function isInVers({ constraints }: VersRange, compare: (bound: string) => number): boolean {
  if (constraints === null) return true;
  const single = constraints.find(
    ({ comparator, version }) => (comparator === '=' || comparator === '!=') && compare(version) === 0,
  );
  if (single !== undefined) return single.comparator === '=';
  const bounds = constraints.filter(({ comparator }) => comparator !== '=' && comparator !== '!=');
  const [first] = bounds;
  // only exclusions: everything else is in
  if (first === undefined) return constraints.every(({ comparator }) => comparator === '!=');
  if (isBelow(first.comparator) && holds(first, compare(first.version))) return true;
  return bounds.some((bound, index) => {
    if (isBelow(bound.comparator) || !holds(bound, compare(bound.version))) return false;
    const next = bounds[index + 1];
    return next === undefined || (isBelow(next.comparator) && holds(next, compare(next.version)));
  });
}
