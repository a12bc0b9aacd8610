import { compareToBound, isOrdered } from './compare-versions.ts';
import { decoded, isPackageUrl, parsePackageUrl } from './package-url.ts';
import { comparableName, isCalled } from './questions/question.ts';
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

function between(version: string, above: string | null): readonly Comparator[] | null {
  if (above === null) return null;
  return [
    { operator: '>=', version },
    { operator: '<', version: above },
  ];
}

/** Signs of ranges in other notations (`4.*`, `!=4`, `[1,2)`, `1 || 2`): as part of a version they would match nothing. */
const foreignNotation = /[*|<>=()[\]{},;]|^!/;

/** `*` is any version, and `4.x` or `4.17.*` are those that begin so. */
function comparatorsOfVersion(version: string): readonly Comparator[] | null {
  if (version === '*') return [];
  const start = /^v?(\d{1,9}(?:\.\d{1,9})*)(?:\.[*x])+$/i.exec(version)?.[1];
  if (start !== undefined) {
    const parts = start.split('.');
    return between(start, [...parts.slice(0, -1), Number(parts.at(-1)) + 1].join('.'));
  }
  // Go's word for a program that was built from a checkout
  const isVersion = !foreignNotation.test(version) || version === '(devel)';
  return isVersion ? [{ operator: '=', version }] : null;
}

function comparatorsOf(text: string): readonly Comparator[] | null {
  const found = /^(>=|<=|==?|>|<|\^|~)?\s*([^\s,<>=^~]\S*)$/.exec(text.trim());
  if (found?.[2] === undefined) return null;
  const [, operator = '=', version] = found;
  if (operator === '=' || operator === '==') return comparatorsOfVersion(version);
  if (foreignNotation.test(version) || /\.x(?:\.|$)/i.test(version)) return null;
  if (operator !== '^' && operator !== '~') return [{ operator: operator as Operator, version }]; // the expression admits no other
  return between(version, boundAbove(version, operator === '^'));
}

function parseRange(text: string): readonly Comparator[] | null {
  const ends = text.split(/\s-\s/);
  if (ends.length === 2) {
    const [least = '', most = ''] = ends;
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
 * Whether a text can be the name of a package. A version that stands behind it in another notation (`lodash>=4`, `lodash:4.17.20`),
 * an architecture (`libc6:amd64`), or a pattern (`lod*`) would make a name that nothing bears.
 */
function isName(name: string): boolean {
  return (
    name !== '' &&
    // a scope of npm alone (`@1`) is no name
    !/\s|^@[^/]*\/?$/.test(name) &&
    !/[<>=^*|()[\]{}]|:\/\/|:v?\d+\.[^:/]*$/.test(name) &&
    !/:(?:amd64|arm64|armel|armhf|i386|mips64el|ppc64el|riscv64|s390x|all|any|native)$/.test(name)
  );
}

/**
 * Reads `NAME`, `NAME@RANGE` or the same with a package URL for the name. A range is a version, `*`, `4.x`, `a - b` (both count),
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
  if (comparators === null) return null;
  if (!isUrl) return isName(name) ? { type: null, namespace: '', name, comparators } : null;
  const url = parsePackageUrl(name);
  return url === null || !isName(url.name)
    ? null
    : { type: url.type, namespace: url.namespace, name: url.name, comparators };
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
export function versionsAskedAbout(pattern: PackagePattern, found: SbomPackage): readonly string[] {
  const { names, source, type, namespace, version } = found;
  if (pattern.type !== null && pattern.type !== type) return [];
  if (pattern.namespace !== '' && comparableName(pattern.namespace) !== comparableName(namespace)) return [];
  const wanted = comparableName(pattern.name);
  const bySource = source !== null && comparableName(source.name) === wanted;
  const isWithoutScope = pattern.type !== null && pattern.namespace === '';
  const byName = isWithoutScope ? isCalled(found, pattern.name) : names.some((name) => comparableName(name) === wanted);
  return [...(bySource ? [source.version === '' ? version : source.version] : []), ...(byName ? [version] : [])];
}

/** Whether the pattern names this package, or what it was built from, in this version. */
export function isNamedBy(pattern: PackagePattern, found: SbomPackage): boolean {
  return versionsAskedAbout(pattern, found).some((version) => isInRange(pattern, found.type, version));
}
