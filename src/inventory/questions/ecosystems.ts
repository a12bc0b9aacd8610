import type { PackageUrl } from '../package-url.ts';
import type { SbomPackage } from '../sbom/package.ts';

/** The ecosystem of the packages that an advisory is about. */
export interface Ecosystem {
  /** The type of their package URLs, by which versions are ordered; null where it is not known: each package's own. */
  readonly type: string | null;
  /** Whether the advisory names source packages, as distributions do. */
  readonly namesSources: boolean;
  /** Whether it names packages themselves too, whatever they were built from. */
  readonly namesPackages: boolean;
  /** Whether a package is one of this ecosystem, as far as its SBOM says. */
  includes(found: SbomPackage): boolean;
}

interface Family {
  readonly type: string;
  readonly namespaces: readonly string[] | null;
  readonly namesSources: boolean;
}

const language = (type: string): Family => ({ type, namespaces: null, namesSources: false });
const distribution = (type: string, ...namespaces: string[]): Family => ({ type, namespaces, namesSources: true });

/** OSV schema 1.7, "Defined ecosystems", with the type and namespace that their package URLs have. */
const defined: readonly (readonly [name: string, family: Family])[] = [
  ['Debian', distribution('deb', 'debian')],
  ['Ubuntu', distribution('deb', 'ubuntu')],
  ['Echo', distribution('deb', 'debian', 'echo')],
  ['Alpine', distribution('apk', 'alpine')],
  ['Wolfi', distribution('apk', 'wolfi', 'chainguard')],
  ['Chainguard', distribution('apk', 'chainguard', 'wolfi')],
  ['MinimOS', distribution('apk', 'minimos')],
  ['Red Hat', distribution('rpm', 'redhat', 'rhel', 'centos')],
  ['AlmaLinux', distribution('rpm', 'almalinux', 'alma')],
  ['Rocky Linux', distribution('rpm', 'rocky', 'rockylinux')],
  ['SUSE', distribution('rpm', 'suse', 'sles')],
  ['openSUSE', distribution('rpm', 'opensuse')],
  ['openEuler', distribution('rpm', 'openeuler')],
  ['Mageia', distribution('rpm', 'mageia')],
  ['Azure Linux', distribution('rpm', 'azurelinux', 'mariner')],
  ['npm', language('npm')],
  ['PyPI', language('pypi')],
  ['Go', language('golang')],
  ['Maven', language('maven')],
  ['NuGet', language('nuget')],
  ['RubyGems', language('gem')],
  ['crates.io', language('cargo')],
  ['Packagist', language('composer')],
  ['Hex', language('hex')],
  ['Pub', language('pub')],
  ['SwiftURL', language('swift')],
  ['CRAN', language('cran')],
  ['Hackage', language('hackage')],
  ['GitHub Actions', language('github')],
];
const known = defined.map(([, family]) => family);
const byLowerCase = new Map(defined.map(([name, family]) => [name.toLowerCase(), family]));

/** The release in `Debian:12`, `Ubuntu:22.04:LTS`, `Alpine:v3.20`; empty where none is named or where it is no plain number. */
function releaseOf(suffix: string): string {
  return /(?:^|:)v?(\d+(?:\.\d+)?)(?::|$)/.exec(suffix)?.[1] ?? '';
}

/** `debian-12`, `ubuntu-22.04`, `alpine-3.20.3`: whether a package's distribution is of this release, or does not say. */
function isOfRelease(release: string, distributed: string): boolean {
  if (release === '' || distributed === '') return true;
  const own = /(\d+(?:\.\d+)*)$/.exec(distributed)?.[1];
  return own === undefined || own === release || own.startsWith(`${release}.`);
}

/** Whether a package is of none of the ecosystems that are known here, as far as its package URL says. */
function isOfNoFamily({ type, namespace }: SbomPackage): boolean {
  return known.every(
    (family) => family.type !== type || !(family.namespaces?.includes(namespace.toLowerCase()) ?? true),
  );
}

/**
 * The ecosystem that an advisory names, else the one of the package URL beside it. One that is not known here may be that of every
 * package that is of none which is known.
 */
export function affectedEcosystem(named: string, url: PackageUrl | null): Ecosystem {
  const [base = ''] = named.split(':', 1);
  const family = byLowerCase.get(base.toLowerCase()) ?? (url === null ? null : familyOf(url));
  if (family === null) return { type: null, namesSources: true, namesPackages: true, includes: isOfNoFamily };
  const release = family.namesSources ? releaseOf(named.slice(base.length + 1)) : '';
  const { type, namespaces, namesSources } = family;
  return {
    type,
    namesSources,
    namesPackages: !namesSources || base.toLowerCase() === 'red hat',
    includes: (found) =>
      // an SBOM that gives no package URL does not say whose package it is
      found.type === null ||
      (found.type === type &&
        (namespaces === null || found.namespace === '' || namespaces.includes(found.namespace.toLowerCase())) &&
        isOfRelease(release, found.distribution)),
  };
}

function familyOf({ type, namespace }: PackageUrl): Family {
  const isDistribution = type === 'deb' || type === 'rpm' || type === 'apk';
  return isDistribution ? distribution(type, namespace.toLowerCase()) : language(type);
}
