import { compareToBound, isOrdered } from '../compare-versions.ts';
import { isNamedBy, type PackagePattern, parsePackagePattern, versionsAskedAbout } from '../package-pattern.ts';
import { comparableName, type Question } from './question.ts';
import { isInVers, parseVers, type VersRange } from './vers.ts';

/** The id of an advisory, for instance `CVE-2024-3094`, `GHSA-rxwq-x6h5-x525` or `DSA-5649-1`. */
export function isAdvisoryId(text: string): boolean {
  return /^(?:CVE-\d{4}-\d{4,}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|[A-Z]{2,12}-\d{4}[-:]\S{1,40}|D[SL]A-\d{1,6}-\d{1,3})$/i.test(
    text,
  );
}

/** `NAME` or a package URL, with a range in the form of VERS behind an `@`. */
function splitVers(text: string): readonly [name: string, vers: string] | null {
  const at = text.indexOf('@vers:');
  return at <= 0 ? null : [text.slice(0, at), text.slice(at + 1)];
}

function questionOfPattern(label: string, pattern: PackagePattern): Question {
  return {
    label,
    ids: [],
    foundBy: [],
    names: [comparableName(pattern.name)],
    match(found) {
      if (versionsAskedAbout(pattern, found).length === 0) return null;
      return isNamedBy(pattern, found) ? 'affected' : 'not-affected';
    },
  };
}

function questionOfVers(label: string, pattern: PackagePattern, range: VersRange): Question {
  const type = pattern.type ?? range.type;
  const typed: PackagePattern = { ...pattern, type };
  return {
    label,
    ids: [],
    foundBy: [],
    names: [comparableName(pattern.name)],
    match(found) {
      const versions = versionsAskedAbout(typed, found);
      if (versions.length === 0) return null;
      const isIn = versions.some(
        (version) =>
          !isOrdered(found.type, version) || isInVers(range, (bound) => compareToBound(found.type, version, bound)),
      );
      return isIn ? 'affected' : 'not-affected';
    },
  };
}

/**
 * Reads `NAME`, `NAME@RANGE`, a package URL with or without version or range, or either with a range in the form of VERS
 * (`NAME@vers:deb/>=5.6.0|<=5.6.1`). Null where it is none of these.
 */
export function parseQuestion(text: string): Question | null {
  // a range alone names no package
  if (text.startsWith('vers:')) return null;
  const parts = splitVers(text);
  if (parts === null) {
    const pattern = parsePackagePattern(text);
    return pattern === null ? null : questionOfPattern(text, pattern);
  }
  const pattern = parsePackagePattern(parts[0]);
  const range = parseVers(parts[1]);
  return pattern === null || range === null || pattern.comparators.length > 0
    ? null
    : questionOfVers(text, pattern, range);
}
