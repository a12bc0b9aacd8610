import { type PackageUrl, parsePackageUrl } from '../package-url.ts';
import { property, type Text, textOf } from './json.ts';

/** A package that an SBOM lists. */
export interface SbomPackage {
  /** As the SBOM writes it. */
  readonly name: string;
  /** All names that it goes by: as the SBOM writes it, and with its group or namespace. */
  readonly names: readonly string[];
  /** As written; empty where it is not known. */
  readonly version: string;
  /** As written; null where there is none that can be read. */
  readonly purl: string | null;
  /** The type of its package URL, for instance `deb`; null where there is none. */
  readonly type: string | null;
  /** The namespace of its package URL, for a distribution's package the distribution; empty where there is none. */
  readonly namespace: string;
  /** The release of the distribution, as the package URL's `distro` says (`debian-12`); empty where it does not. */
  readonly distribution: string;
  /** What it was built from, as distributions and advisories name it; null where the SBOM does not say. */
  readonly source: SourcePackage | null;
  /** The uncompressed digest (`diff_id`) of the layer that brought it; null where the SBOM does not say. */
  readonly layer: string | null;
  /** Whether it stands for software: not the image itself, a file or the operating system. */
  readonly isSoftware: boolean;
}

/** A source package; an empty version is that of what was built from it. */
export interface SourcePackage {
  readonly name: string;
  readonly version: string;
}

/** What each form of SBOM says of a package in fields of its own. */
export interface WrittenPackage {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  /** What it is, in the SBOM's own word. */
  readonly kind: unknown;
  readonly purl: string;
  readonly source: SourcePackage | null;
  readonly layer: string | null;
}

const notSoftware = new Set(['container', 'operating-system', 'file', 'device', 'platform', 'cryptographic-asset']);
const unknownVersions = new Set(['NOASSERTION', 'NONE', 'UNKNOWN', 'unknown']);
const diffId = /^sha256:[0-9a-f]{64}$/;

/** A version as written; empty where it says that it is not known. */
export function versionOf(value: unknown): Text {
  const version = textOf(value);
  return unknownVersions.has(version) ? '' : version;
}

/** A layer's digest; null for anything else. */
export function layerOf(value: unknown): string | null {
  const text = textOf(value);
  return diffId.test(text) ? text : null;
}

/** `xz-utils`, `xz-utils@5.6.1` or `xz-5.6.1-1.fc40.src.rpm`, as package URLs and tools write what a package was built from. */
function sourceOf(upstream: string): SourcePackage | null {
  if (upstream === '') return null;
  const rpm = /^([^\s/]{1,200})-([^-\s/]{1,100}-[^-\s/]{1,100})\.(?:no)?src\.rpm$/.exec(upstream);
  if (rpm?.[1] !== undefined && rpm[2] !== undefined) return { name: rpm[1], version: rpm[2] };
  const at = upstream.lastIndexOf('@');
  return at > 0 ? { name: upstream.slice(0, at), version: upstream.slice(at + 1) } : { name: upstream, version: '' };
}

function qualified(space: string, name: string): readonly string[] {
  return space === '' ? [name] : [name, `${space}/${name}`, `${space}:${name}`];
}

function namesOf({ name, group }: WrittenPackage, url: PackageUrl | null): readonly string[] {
  return [...new Set([...qualified(group, name), ...(url === null ? [] : qualified(url.namespace, url.name))])];
}

/** With its epoch: without it an rpm would seem older than it is. */
function versionFrom(written: string, url: PackageUrl | null): string {
  const version = written === '' ? (url?.version ?? '') : written;
  const hasEpochBeside = url?.type === 'rpm' && /^\d+$/.test(url.epoch) && !version.includes(':');
  return hasEpochBeside && version !== '' ? `${url.epoch}:${version}` : version;
}

/** A package from what an SBOM writes of it. */
export function describePackage(written: WrittenPackage): SbomPackage {
  const url = parsePackageUrl(written.purl);
  const kind = typeof written.kind === 'string' ? written.kind.toLowerCase() : '';
  return {
    name: written.name,
    names: namesOf(written, url),
    version: versionFrom(written.version, url),
    purl: url === null ? null : written.purl,
    type: url?.type ?? null,
    namespace: url?.namespace ?? '',
    distribution: url?.distribution ?? '',
    source: sourceOf(url?.upstream ?? '') ?? written.source,
    layer: written.layer,
    isSoftware: !notSoftware.has(kind) && url?.type !== 'oci' && url?.type !== 'docker',
  };
}

/** The value of a property in a list of `{name, value}`, as CycloneDX has them; empty where there is none. */
export function namedValue(list: unknown, name: string): Text {
  return property(list, 'name', name, 'value');
}
