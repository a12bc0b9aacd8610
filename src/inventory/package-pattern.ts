import { compareToBound, isOrdered } from './compare-versions.ts';
import { decoded, isPackageUrl, parsePackageUrl } from './package-url.ts';
import { comparableName } from './questions/question.ts';
import type { SbomPackage } from './sbom/package.ts';

type Operator = '>=' | '>' | '<=' | '<' | '=';

interface Comparator {
  readonly operator: Operator;
  readonly version: string;
}

/** What `require.packages.deny` names: a package, perhaps only of one type, perhaps only in some versions. */
export interface PackagePattern {
  /** Of a package URL; null where the pattern is a plain name. */
  readonly type: string | null;
  /** Of a package URL; empty where it names none. */
  readonly namespace: string;
  readonly name: string;
  /** All must hold; none: any version. */
  readonly comparators: readonly Comparator[];
}

/** The first version behind those that `^` (`caret`) or `~` means; null where it has no number to count up. */
function boundAbove(version: string, caret: boolean): string | null {
  const found = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?/.exec(version);
  if (found === null) return null;
  const parts = found
    .slice(1)
    .filter((part) => part !== undefined)
    .map(Number);
  const firstCounted = parts.findIndex((part) => part > 0);
  const significant = caret && firstCounted >= 0 ? firstCounted : parts.length - 1;
  const place = caret ? significant : Math.min(1, parts.length - 1);
  return [0, 1, 2]
    .map((index) => (index < place ? parts[index] : index === place ? (parts[index] ?? 0) + 1 : 0))
    .join('.');
}

function comparatorsOf(text: string): readonly Comparator[] | null {
  const found = /^(>=|<=|>|<|=|\^|~)?\s*([^\s,<>=^~]\S*)$/.exec(text.trim());
  if (found?.[2] === undefined) return null;
  const [, operator = '=', version] = found;
  if (operator !== '^' && operator !== '~') return [{ operator: operator as Operator, version }]; // the expression admits no other
  const above = boundAbove(version, operator === '^');
  if (above === null) return null;
  return [
    { operator: '>=', version },
    { operator: '<', version: above },
  ];
}

function parseRange(text: string): readonly Comparator[] | null {
  const between = text.split(/\s-\s/);
  if (between.length === 2) {
    const [least = '', most = ''] = between;
    return [comparatorsOf(`>=${least.trim()}`), comparatorsOf(`<=${most.trim()}`)].reduce(joined);
  }
  return text
    .split(/,|(?<![,<>=^~\s])\s+(?=[<>=^~])/)
    .map(comparatorsOf)
    .reduce(joined);
}

function joined(left: readonly Comparator[] | null, right: readonly Comparator[] | null): readonly Comparator[] | null {
  return left === null || right === null ? null : [...left, ...right];
}

/**
 * Reads `NAME`, `NAME@RANGE` or the same with a package URL for the name. A range is a version, `a - b` (both count),
 * or `>=a`, `>a`, `<=b`, `<b`, `^a`, `~a`, several with commas or spaces between (all must hold). Null where it is none of these.
 */
export function parsePackagePattern(written: string): PackagePattern | null {
  const isUrl = isPackageUrl(written);
  // as an SBOM writes it: what stands behind the version narrows nothing down here
  const text = isUrl ? written.replace(/[?#].*$/s, '') : written;
  const at = text.lastIndexOf('@');
  const hasRange = at > 0 && !text.slice(at).includes('/');
  const name = (hasRange ? text.slice(0, at) : text).trim();
  const range = text.slice(at + 1);
  const comparators = hasRange ? parseRange(isUrl ? decoded(range) : range) : [];
  // a scope of npm alone (`@1`) is no name
  if (name === '' || /\s|^@[^/]*\/?$/.test(name) || comparators === null) return null;
  if (!isUrl) return { type: null, namespace: '', name, comparators };
  const url = parsePackageUrl(name);
  return url === null ? null : { type: url.type, namespace: url.namespace, name: url.name, comparators };
}

function holds(operator: Operator, order: number): boolean {
  switch (operator) {
    case '=':
      return order === 0;
    case '>=':
      return order >= 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '<':
      return order < 0;
  }
}

/** Whether a version, of a package of this type, is one that the pattern names. One that is not known may be. */
function isInRange({ comparators }: PackagePattern, type: string | null, version: string): boolean {
  if (version === '') return true;
  if (comparators.length > 0 && !isOrdered(type, version)) {
    return comparators.every(
      ({ operator, version: bound }) => operator !== '=' || bound === version || isOrdered(type, bound),
    );
  }
  return comparators.every(({ operator, version: bound }) => holds(operator, compareToBound(type, version, bound)));
}

/**
 * The versions of a package that a pattern asks about: that of the source where the source bears the name, and the package's own
 * where it does. None where it is another package.
 */
export function versionsAskedAbout(
  pattern: PackagePattern,
  { names, source, type, namespace, version }: SbomPackage,
): readonly string[] {
  if (pattern.type !== null && pattern.type !== type) return [];
  if (pattern.namespace !== '' && comparableName(pattern.namespace) !== comparableName(namespace)) return [];
  const wanted = comparableName(pattern.name);
  const bySource = source !== null && comparableName(source.name) === wanted;
  return [
    ...(bySource ? [source.version === '' ? version : source.version] : []),
    ...(names.some((name) => comparableName(name) === wanted) ? [version] : []),
  ];
}

/** Whether the pattern names this package, or what it was built from, in this version. */
export function isNamedBy(pattern: PackagePattern, found: SbomPackage): boolean {
  return versionsAskedAbout(pattern, found).some((version) => isInRange(pattern, found.type, version));
}
