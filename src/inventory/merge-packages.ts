import { comparableName } from './questions/question.ts';
import type { SbomPackage } from './sbom/package.ts';

/** A package without what tools write about it in different ways. */
function keyOf({ name, version, purl }: Pick<SbomPackage, 'name' | 'version' | 'purl'>): string {
  return purl === null ? `${name} ${version}` : (purl.split(/[?#]/, 1)[0] ?? purl);
}

/** What several SBOMs say of one package. */
export interface MergedPackage<Source> {
  readonly found: SbomPackage;
  readonly layer: string | null;
  readonly sources: readonly Source[];
}

/** Packages from several SBOMs, each once, with the SBOMs that list it; sorted by name and version. */
export function mergePackages<Source>(
  lists: readonly { readonly source: Source; readonly packages: readonly SbomPackage[] }[],
): readonly MergedPackage<Source>[] {
  const merged = new Map<string, { found: SbomPackage; layer: string | null; sources: Set<Source> }>();
  for (const { source, packages } of lists) {
    for (const found of packages) {
      if (!found.isSoftware) continue;
      const key = keyOf(found);
      const known = merged.get(key);
      if (known === undefined) merged.set(key, { found, layer: found.layer, sources: new Set([source]) });
      else {
        known.layer ??= found.layer;
        known.sources.add(source);
      }
    }
  }
  return [...merged.values()]
    .map(({ found, layer, sources }) => ({ found, layer, sources: [...sources] }))
    .toSorted(
      (left, right) =>
        compareText(left.found.name, right.found.name) || compareText(left.found.version, right.found.version),
    );
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Tells whether a list holds a package: the same name, in any of its spellings, and the same version. */
export function packageSet(packages: readonly SbomPackage[]): (wanted: SbomPackage) => boolean {
  const keysOf = ({ names, version }: SbomPackage): readonly string[] =>
    names.map((name) => `${comparableName(name)} ${version}`);
  const known = new Set(packages.flatMap(keysOf));
  return (wanted) => keysOf(wanted).some((key) => known.has(key));
}
