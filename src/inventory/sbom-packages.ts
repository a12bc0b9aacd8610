import { type PackageUrl, parsePackageUrl } from './package-url.ts';

/** A package that an SBOM lists. */
export interface SbomPackage {
  /** The names that it goes by: as the SBOM writes it, and with its group or namespace. */
  readonly names: readonly string[];
  /** As written; empty where it is not known. */
  readonly version: string;
  /** The type of its package URL, for instance `deb`; null where there is none. */
  readonly type: string | null;
  /** The namespace of its package URL, for a distribution's package the distribution; empty where there is none. */
  readonly namespace: string;
  /** What it was built from, as distributions and advisories name it; null where the SBOM does not say. */
  readonly source: { readonly name: string; readonly version: string } | null;
  /** Whether it stands for software: not the image itself, a file or the operating system. */
  readonly counts: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const mostPackages = 100_000;
const mostElements = 1_000_000;
const deepest = 32;
const longestText = 2_000;
const notSoftware = new Set([
  'container',
  'operating-system',
  'operatingSystem',
  'file',
  'CONTAINER',
  'OPERATING-SYSTEM',
  'FILE',
]);
const unknownVersions = new Set(['NOASSERTION', 'NONE', 'UNKNOWN', 'unknown']);

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' && value.length <= longestText ? value.trim() : '';
}

function versionOf(value: unknown): string {
  const version = textOf(value);
  return unknownVersions.has(version) ? '' : version;
}

/** `xz-utils`, `xz-utils@5.6.1` or `xz-5.6.1-1.fc40.src.rpm`. */
function sourceOf(upstream: string): SbomPackage['source'] {
  const rpm = /^([^\s/]{1,200})-([^-\s/]{1,100}-[^-\s/]{1,100})\.(?:no)?src\.rpm$/.exec(upstream);
  if (rpm?.[1] !== undefined && rpm[2] !== undefined) return { name: rpm[1], version: rpm[2] };
  const at = upstream.lastIndexOf('@');
  return at > 0 ? { name: upstream.slice(0, at), version: upstream.slice(at + 1) } : { name: upstream, version: '' };
}

function describe(
  named: { readonly name: string; readonly group: string; readonly version: string; readonly kind: unknown },
  url: PackageUrl | null,
  source: SbomPackage['source'],
): SbomPackage {
  const { name, group, version } = named;
  const qualified = (space: string, bare: string): string[] =>
    space === '' ? [bare] : [bare, `${space}/${bare}`, `${space}:${bare}`];
  const names = [...qualified(group, name), ...(url === null ? [] : qualified(url.namespace, url.name))];
  return {
    names: [...new Set(names)],
    version: version === '' ? (url?.version ?? '') : version,
    type: url?.type ?? null,
    namespace: url?.namespace ?? '',
    source: url?.upstream ? sourceOf(url.upstream) : source,
    counts: typeof named.kind !== 'string' || !notSoftware.has(named.kind),
  };
}

/** A package of SPDX 2.2 or 2.3 (section 7). */
function spdxPackage(entry: unknown): SbomPackage | null {
  if (!isObject(entry)) return null;
  const name = textOf(entry['name']);
  if (name === '') return null;
  const references = Array.isArray(entry['externalRefs']) ? entry['externalRefs'].slice(0, 1_000) : [];
  const written = references.find((reference) => isObject(reference) && reference['referenceType'] === 'purl');
  const url = isObject(written) ? parsePackageUrl(textOf(written['referenceLocator'])) : null;
  const built = /^built package from: (\S{1,200}) (\S{1,200})/.exec(textOf(entry['sourceInfo']));
  const source = built?.[1] === undefined ? null : { name: built[1], version: built[2] ?? '' };
  const kind = entry['primaryPackagePurpose'];
  return describe({ name, group: '', version: versionOf(entry['versionInfo']), kind }, url, source);
}

/** A component of CycloneDX, without those that it holds. */
function cyclonedxComponent(entry: Json): SbomPackage | null {
  const name = textOf(entry['name']);
  if (name === '') return null;
  const properties = Array.isArray(entry['properties']) ? entry['properties'].slice(0, 1_000) : [];
  const property = (key: string): string => {
    const found = properties.find((candidate) => isObject(candidate) && candidate['name'] === key);
    return isObject(found) ? textOf(found['value']) : '';
  };
  const built = property('aquasecurity:trivy:SrcName');
  const source = built === '' ? null : { name: built, version: property('aquasecurity:trivy:SrcVersion') };
  const named = {
    name,
    group: textOf(entry['group']),
    version: versionOf(entry['version']),
    kind: entry['type'],
  };
  return describe(named, parsePackageUrl(textOf(entry['purl'])), source);
}

function spdxPackages(entries: readonly unknown[]): readonly SbomPackage[] | null {
  if (entries.length > mostPackages) return null;
  const packages = entries.map(spdxPackage);
  return packages.every((found) => found !== null) ? packages : null;
}

function cyclonedxPackages(roots: readonly unknown[]): readonly SbomPackage[] | null {
  const found: SbomPackage[] = [];
  const waiting: { readonly entries: readonly unknown[]; readonly depth: number }[] = [{ entries: roots, depth: 1 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.depth > deepest) return null;
    for (const entry of next.entries) {
      const component = isObject(entry) ? cyclonedxComponent(entry) : null;
      if (!isObject(entry) || component === null || found.length >= mostPackages) return null;
      found.push(component);
      const inner = entry['components'];
      if (inner !== undefined && !Array.isArray(inner)) return null;
      if (Array.isArray(inner)) waiting.push({ entries: inner, depth: next.depth + 1 });
    }
  }
  return found;
}

const spdx3Packaging = new Set(['software_Package', 'ai_AIPackage', 'dataset_DatasetPackage']);
const spdx3Terms =
  /^https:\/\/spdx\.org\/rdf\/3\.\d+(?:\.\d+)?\/terms\/(?:Software\/Package|AI\/AIPackage|Dataset\/DatasetPackage)$/;

/** A package of SPDX 3.0 (model/Software/Classes/Package), as its JSON-LD context names the properties. */
function spdx3Package(entry: Json): SbomPackage | null {
  const name = textOf(entry['name']);
  if (name === '') return null;
  const identifiers = Array.isArray(entry['externalIdentifier']) ? entry['externalIdentifier'].slice(0, 1_000) : [];
  const written = identifiers.find((one) => isObject(one) && one['externalIdentifierType'] === 'packageUrl');
  const location = textOf(entry['software_packageUrl']) || (isObject(written) ? textOf(written['identifier']) : '');
  const built = /^built package from: (\S{1,200}) (\S{1,200})/.exec(textOf(entry['software_sourceInfo']));
  const source = built?.[1] === undefined ? null : { name: built[1], version: built[2] ?? '' };
  const kind = entry['software_primaryPurpose'];
  const version = versionOf(entry['software_packageVersion']);
  return describe({ name, group: '', version, kind }, parsePackageUrl(location), source);
}

/** Elements that are kept in other documents are missing here, so a list that imports any is not whole. */
function spdx3Packages(graph: readonly unknown[]): readonly SbomPackage[] | null {
  if (graph.length > mostElements) return null;
  const found: SbomPackage[] = [];
  for (const element of graph) {
    const type = isObject(element) ? (element['type'] ?? element['@type']) : null;
    if (!isObject(element) || typeof type !== 'string') return null;
    const imports = element['import'];
    if (imports !== undefined && !(Array.isArray(imports) && imports.length === 0)) return null;
    if (!spdx3Packaging.has(type) && !spdx3Terms.test(type)) continue;
    const described = spdx3Package(element);
    if (described === null || found.length >= mostPackages) return null;
    found.push(described);
  }
  return found.length === 0 ? null : found;
}

function isSpdx3Context(context: unknown): boolean {
  const contexts = Array.isArray(context) ? context : [context];
  return contexts.every((one) => textOf(one).startsWith('https://spdx.org/rdf/3.'));
}

/**
 * The packages that an SBOM lists: SPDX 2.2, 2.3 and 3.0 and CycloneDX, each as parsed JSON. Null where it is neither, where one
 * of its packages cannot be made sense of, or where it holds more than anybody ships: half a list would hide the rest.
 */
export function sbomPackages(predicate: unknown): readonly SbomPackage[] | null {
  if (!isObject(predicate)) return null;
  if (textOf(predicate['spdxVersion']).startsWith('SPDX-2.') && Array.isArray(predicate['packages'])) {
    return spdxPackages(predicate['packages']);
  }
  if (isSpdx3Context(predicate['@context']) && Array.isArray(predicate['@graph'])) {
    return spdx3Packages(predicate['@graph']);
  }
  if (predicate['bomFormat'] === 'CycloneDX' && Array.isArray(predicate['components'])) {
    return cyclonedxPackages(predicate['components']);
  }
  return null;
}
