/** Says which of two versions is the newer: negative, zero or positive, as for sorting. Total and linear. */
export type VersionOrder = (left: string, right: string) => number;

function compareNumbers(left: string, right: string): number {
  const a = left.replace(/^0+/, '');
  const b = right.replace(/^0+/, '');
  if (a.length !== b.length) return a.length - b.length;
  return compareText(a, b);
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function firstUnequal(results: Iterable<number>): number {
  for (const result of results) if (result !== 0) return result;
  return 0;
}

function splitEpoch(version: string): readonly [epoch: string, rest: string] {
  const found = /^(\d+):/.exec(version);
  return found?.[1] === undefined ? ['0', version] : [found[1], version.slice(found[0].length)];
}

function splitRevision(version: string): readonly [upstream: string, revision: string] {
  const dash = version.lastIndexOf('-');
  return dash < 0 ? [version, ''] : [version.slice(0, dash), version.slice(dash + 1)];
}

/** deb-version(7): `~` before the end, the end before letters, letters before all else. */
function debianWeight(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

function compareDebianPart(left: string, right: string): number {
  const a: string[] = left.match(/\D+|\d+/g) ?? [];
  const b: string[] = right.match(/\D+|\d+/g) ?? [];
  // both lists alternate, beginning with a part that holds no digit
  if (/^\d/.test(left)) a.unshift('');
  if (/^\d/.test(right)) b.unshift('');
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [one, other] = [a[index] ?? '', b[index] ?? ''];
    const result = index % 2 === 1 ? compareNumbers(one, other) : compareDebianText(one, other);
    if (result !== 0) return result;
  }
  return 0;
}

function compareDebianText(left: string, right: string): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const result = debianWeight(left[index]) - debianWeight(right[index]);
    if (result !== 0) return result;
  }
  return 0;
}

/** The order of Debian and Ubuntu: deb-version(7), `[epoch:]upstream[-revision]`. */
export const debianOrder: VersionOrder = (left, right) => {
  const [epoch, rest] = splitEpoch(left);
  const [otherEpoch, otherRest] = splitEpoch(right);
  const [upstream, revision] = splitRevision(rest);
  const [otherUpstream, otherRevision] = splitRevision(otherRest);
  return (
    compareNumbers(epoch, otherEpoch) ||
    compareDebianPart(upstream, otherUpstream) ||
    compareDebianPart(revision, otherRevision)
  );
};

/** rpmvercmp: `~` before the end, `^` behind it, digits newer than letters, all else only separates. */
function rpmWeight(token: string | undefined): number {
  if (token === '~') return -1;
  if (token === undefined) return 0;
  if (token === '^') return 1;
  return /^\d/.test(token) ? 3 : 2;
}

function compareRpmPart(left: string, right: string): number {
  const a = left.match(/\d+|[A-Za-z]+|[~^]/g) ?? [];
  const b = right.match(/\d+|[A-Za-z]+|[~^]/g) ?? [];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const weight = rpmWeight(a[index]);
    const result =
      weight - rpmWeight(b[index]) ||
      (weight === 3 ? compareNumbers(a[index] ?? '', b[index] ?? '') : compareText(a[index] ?? '', b[index] ?? ''));
    if (result !== 0) return result;
  }
  return 0;
}

/** The order of rpm: rpm-version(7), `[epoch:]version[-release]`. */
export const rpmOrder: VersionOrder = (left, right) => {
  const [epoch, rest] = splitEpoch(left);
  const [otherEpoch, otherRest] = splitEpoch(right);
  const [version, release] = splitRevision(rest);
  const [otherVersion, otherRelease] = splitRevision(otherRest);
  return (
    compareNumbers(epoch, otherEpoch) || compareRpmPart(version, otherVersion) || compareRpmPart(release, otherRelease)
  );
};

const apkSuffixes = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p'];

interface ApkVersion {
  readonly numbers: readonly string[];
  readonly letter: string;
  readonly suffixes: readonly { readonly rank: number; readonly number: string }[];
  readonly revision: string;
}

function parseApk(version: string): ApkVersion | null {
  const found = /^(\d+(?:\.\d+)*)([a-z]?)((?:_[a-z]+\d*)*)(?:~[0-9a-f]+)?(?:-r(\d+))?$/.exec(version);
  if (found === null) return null;
  const suffixes = [...(found[3] ?? '').matchAll(/_([a-z]+)(\d*)/g)].map(([, name = '', number = '']) => ({
    rank: apkSuffixes.indexOf(name),
    number,
  }));
  if (suffixes.some(({ rank }) => rank < 0)) return null;
  return { numbers: (found[1] ?? '').split('.'), letter: found[2] ?? '', suffixes, revision: found[4] ?? '' };
}

function compareApkNumbers(left: string | undefined, right: string | undefined, isFirst: boolean): number {
  if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
  const zero = !isFirst && (left.startsWith('0') || right.startsWith('0'));
  return zero ? compareText(left, right) : compareNumbers(left, right);
}

/** The order of Alpine and Wolfi: apk-package(5), `1.2.3a_rc1-r4`; what is no such version is ordered naturally. */
export const apkOrder: VersionOrder = (left, right) => {
  const a = parseApk(left);
  const b = parseApk(right);
  if (a === null || b === null) return naturalOrder(left, right);
  const numbers = Array.from({ length: Math.max(a.numbers.length, b.numbers.length) }, (_, index) =>
    compareApkNumbers(a.numbers[index], b.numbers[index], index === 0),
  );
  const end = { rank: apkSuffixes.indexOf(''), number: '' };
  const suffixes = Array.from({ length: Math.max(a.suffixes.length, b.suffixes.length) }, (_, index) => {
    const one = a.suffixes[index] ?? end;
    const other = b.suffixes[index] ?? end;
    return one.rank - other.rank || compareNumbers(one.number, other.number);
  });
  return (
    firstUnequal(numbers) ||
    compareText(a.letter, b.letter) ||
    firstUnequal(suffixes) ||
    compareNumbers(a.revision, b.revision)
  );
};

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
function naturalWeight(token: string | undefined): number {
  if (token === undefined || /^0+$/.test(token)) return 1;
  if (/^\d/.test(token)) return 3;
  return early.has(token) ? 0 : 2;
}

/** A natural order for versions without rules of their own: numbers by value, `1.0rc1` before `1.0`. Case and separators do not matter. */
export const naturalOrder: VersionOrder = (left, right) => {
  const a = left.toLowerCase().match(/\d+|[a-z]+/g) ?? [];
  const b = right.toLowerCase().match(/\d+|[a-z]+/g) ?? [];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const weight = naturalWeight(a[index]);
    const result = weight - naturalWeight(b[index]) || compareNatural(weight, a[index] ?? '', b[index] ?? '');
    if (result !== 0) return result;
  }
  return 0;
};

function compareNatural(weight: number, left: string, right: string): number {
  if (weight === 1) return 0;
  return weight === 3 ? compareNumbers(left, right) : compareText(left, right);
}
