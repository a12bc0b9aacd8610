import type { SbomPackage } from '../sbom/package.ts';

/** How a package stands to a question. */
export type Match = 'affected' | 'not-affected' | 'fixed';

/** What is asked of the packages of builds: one package in some versions, or one advisory. */
export interface Question {
  /** As it was asked, or the advisory's id. */
  readonly label: string;
  /** The advisory's id and its aliases, by which VEX speaks of it; empty where no advisory is asked about. */
  readonly ids: readonly string[];
  /** Further ids by which the advisory is found: those of several vulnerabilities that it is about, of which VEX may clear but one. */
  readonly foundBy: readonly string[];
  /** The names that packages or their sources must have to be looked at, in the form of `comparableName`. */
  readonly names: readonly string[];
  /** How a package stands to it; null where it is about another package. */
  match(found: SbomPackage): Match | null;
}

/** Names are compared without regard to case, and as Python's index does: `_`, `.` and `-` are one. */
export function comparableName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** All names by which a package can be asked for: its own, qualified ones, and its source's. */
export function comparableNames({ names, source }: SbomPackage): ReadonlySet<string> {
  return new Set([...names, ...(source === null ? [] : [source.name])].map(comparableName));
}

/** Types whose packages lie in a scope or in none, so that `lib` is another package than `@acme/lib`. */
const scoped = new Set<string | null>(['npm', 'hex']);

/** Whether this is the whole name of a package: with its scope, where it has one that tells it from others. */
export function isCalled({ names, type, namespace }: SbomPackage, name: string): boolean {
  const wanted = comparableName(name);
  const isScoped = scoped.has(type) && namespace !== '';
  return names.some((one) => comparableName(one) === wanted && (!isScoped || /[/:]/.test(one)));
}
