import { isNamedBy, type PackagePattern, parsePackagePattern } from './package-pattern.ts';
import { comparableName, comparableNames } from './questions/question.ts';
import type { SbomPackage } from './sbom/package.ts';
import { readSbom } from './sbom/read-sbom.ts';

/** What SBOMs say of the packages in an image. */
export interface PackageFacts {
  /** Of the SBOM that lists the most. */
  readonly count: number;
  /** For each pattern that matches: the packages, as `name version`, at most 20. */
  readonly denied: Readonly<Record<string, readonly string[]>>;
}

const mostNamed = 20;

interface NamedPattern {
  readonly text: string;
  readonly pattern: PackagePattern;
}

function describe({ names, version }: SbomPackage): string {
  return `${names[0] ?? ''} ${version === '' ? '(of unknown version)' : version}`.slice(0, 200);
}

/** By the name that they are about, so that a long list of patterns costs no more than a short one. */
function patternsByName(patterns: readonly NamedPattern[]): ReadonlyMap<string, readonly NamedPattern[]> {
  const byName = new Map<string, NamedPattern[]>();
  for (const named of patterns) {
    const name = comparableName(named.pattern.name);
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [named]);
    else known.push(named);
  }
  return byName;
}

/**
 * What these SBOMs (in-toto predicates, parsed JSON) list: how many packages, and which of them the patterns name. Null where there
 * is no SBOM or one cannot be read. A pattern that cannot be read counts as one that matches. Never throws.
 */
export function packageFacts(predicates: readonly unknown[], patterns: readonly string[]): PackageFacts | null {
  const lists = predicates.flatMap((predicate) => {
    const reading = readSbom(predicate);
    return reading.ok ? [reading.packages] : [];
  });
  if (lists.length === 0 || lists.length < predicates.length) return null;
  const denied = new Map<string, Set<string>>();
  const readable: NamedPattern[] = [];
  for (const text of new Set(patterns)) {
    const pattern = parsePackagePattern(text);
    if (pattern === null) denied.set(text, new Set(['a pattern that cannot be read']));
    else readable.push({ text, pattern });
  }
  const byName = patternsByName(readable);
  for (const found of lists.flat()) {
    const candidates = [...comparableNames(found)].flatMap((name) => byName.get(name) ?? []);
    for (const named of candidates.filter((candidate) => isNamedBy(candidate.pattern, found))) {
      const matches = denied.get(named.text) ?? new Set<string>();
      if (matches.size < mostNamed) matches.add(describe(found));
      denied.set(named.text, matches);
    }
  }
  const counts = lists.map((list) => list.filter(({ isSoftware }) => isSoftware).length);
  return {
    count: counts.reduce((most, count) => Math.max(most, count), 0),
    denied: Object.fromEntries([...denied].map(([text, matches]) => [text, [...matches]])),
  };
}
