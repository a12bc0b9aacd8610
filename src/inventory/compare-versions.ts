import { hasOrder, orderOf } from './versions/order-of.ts';

/** Debian's `5.6.1+really5.4.5` is 5.4.5 under a number that sorts higher. */
function withoutDisguise(version: string): string {
  const really = version.lastIndexOf('really');
  return really > 0 ? version.slice(really + 'really'.length) : version;
}

function withoutRevision(type: string | null, version: string): string {
  if (type === 'apk') return version.replace(/-r\d+$/, '');
  const dash = version.lastIndexOf('-');
  if (dash <= 0) return version;
  if (type === 'deb' || type === 'rpm') return version.slice(0, dash);
  // without a type, a suffix of letters may be 1.0-rc1, which comes before 1.0
  return !hasOrder(type ?? '') && /^r?\d/.test(version.slice(dash + 1)) ? version.slice(0, dash) : version;
}

/** Also types that have no order of their own: vendors give what they package types of theirs (`pkg:dhi/…`). */
function isPackaged(type: string | null): boolean {
  return type === null || type === 'deb' || type === 'rpm' || type === 'apk' || !hasOrder(type);
}

/** `version` without what a distribution adds to it, as far as `bound` does not speak of that. */
function asWrittenBy(bound: string, type: string | null, version: string): string {
  if (!isPackaged(type)) return version;
  const honest = bound.includes('really') ? version : withoutDisguise(version);
  const sameEpoch = /^\d+:/.test(bound) ? honest : honest.replace(/^\d+:/, '');
  const upstream = bound.includes('-') ? sameEpoch : withoutRevision(type, sameEpoch);
  if (type !== 'deb' || /[+~]/.test(bound)) return upstream;
  return upstream.replace(/[+~.](?:dfsg|ds|repack|deb\d|nmu\d|b\d).*$/, '');
}

/**
 * How a package's version stands to the version that a range names: negative, zero or positive. `type` is that of its package URL.
 * Where the range names an upstream version, a distribution's epoch, revision and repacking do not count.
 */
export function compareToBound(type: string | null, version: string, bound: string): number {
  return orderOf(type)(asWrittenBy(bound, type, version), bound);
}

/** Types whose versions all begin with a digit; `latest`, `(devel)`, `dev-main` and addresses of sources are no versions that can be ordered. */
const beginsWithDigit = new Set<string | null>(
  'deb apk npm cargo golang hex swift nuget pub pypi gem composer cran hackage'.split(' '),
);

/** Whether a version is one that its ecosystem orders. Of another it is not known what a range says. */
export function isOrdered(type: string | null, version: string): boolean {
  const beginning = type === 'golang' ? /^\s*(?:v|go)?\d/i : /^\s*v?\d/i;
  return version !== '' && (!beginsWithDigit.has(type) || beginning.test(version));
}
