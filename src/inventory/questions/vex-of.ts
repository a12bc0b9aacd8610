import { compareToBound, isOrdered } from '../compare-versions.ts';
import { parsePackageUrl } from '../package-url.ts';
import type { SbomPackage } from '../sbom/package.ts';
import { comparableName, isCalled, type Question } from './question.ts';
import { isInVers, parseVers } from './vers.ts';
import type { VexState, VexStatement } from './vex.ts';

/** An image as VEX may name it. */
export interface VexProduct {
  /** Of the index, the platform manifests or the image ID; `sha256:…`. */
  readonly digests: readonly string[];
  /** Canonical names, with their tags where they have one. */
  readonly names: readonly string[];
}

function differ(left: string, right: string): boolean {
  return left !== '' && right !== '' && comparableName(left) !== comparableName(right);
}

/** Architectures of packages that serve all. */
const anyArchitecture = new Set(['', 'all', 'any', 'noarch', 'source', 'src']);

function isPackage(identifier: string, found: SbomPackage): boolean {
  const { name, names, type, version, source } = found;
  const url = parsePackageUrl(identifier);
  if (url === null) return comparableName(identifier) === comparableName(name);
  if (type !== null && url.type !== type) return false;
  // one distribution, release or architecture says nothing of another
  if (type !== null && url.namespace !== '' && comparableName(url.namespace) !== comparableName(found.namespace))
    return false;
  if (differ(url.distribution, found.distribution)) return false;
  const own = parsePackageUrl(found.purl ?? '')?.architecture ?? '';
  if (![own, url.architecture].some((one) => anyArchitecture.has(one)) && differ(own, url.architecture)) return false;
  const wanted = comparableName(url.name);
  const isNamed =
    url.namespace === '' ? isCalled(found, url.name) : names.some((one) => comparableName(one) === wanted);
  const isSource = source !== null && comparableName(source.name) === wanted;
  return (
    (isNamed || isSource) &&
    (url.version === '' || url.version === version || (isSource && url.version === source.version))
  );
}

function splitName(name: string): readonly [repository: string, tag: string] {
  const [bare = ''] = name.split('@', 1);
  const colon = bare.lastIndexOf(':');
  return colon > bare.lastIndexOf('/') ? [bare.slice(0, colon), bare.slice(colon + 1)] : [bare, ''];
}

function isOrEndsWith(repository: string, path: string): boolean {
  return repository === path || repository.endsWith(`/${path}`);
}

function isImage(identifier: string, { digests, names }: VexProduct): boolean {
  if (digests.includes(identifier)) return true;
  const url = parsePackageUrl(identifier);
  if (url === null || (url.type !== 'oci' && url.type !== 'docker')) return false;
  if (url.version.startsWith('sha256:')) return digests.includes(url.version);
  if (url.version !== '' && url.type !== 'docker') return false;
  const wanted = url.version === '' ? url.tag : url.version;
  const path = [url.namespace, url.name].filter((part) => part !== '').join('/');
  return names
    .map(splitName)
    .filter(([, tag]) => wanted === '' || tag === wanted)
    .some(([repository]) =>
      url.repository === ''
        ? isOrEndsWith(repository, path)
        : repository === url.repository || repository === `${url.repository}/${path}`,
    );
}

/** Whether the image is the one that a document is about, which may be named by its repository alone. */
function isWithin(within: string, image: VexProduct): boolean {
  return isImage(within, image) || image.names.some((name) => isOrEndsWith(splitName(name)[0], within));
}

function isVersion(versions: readonly string[], { type, version }: SbomPackage): boolean {
  if (versions.length === 0) return true;
  return versions.some((one) => {
    if (one === version) return true;
    const range = parseVers(one);
    return (
      range !== null && isOrdered(type, version) && isInVers(range, (bound) => compareToBound(type, version, bound))
    );
  });
}

function isImageVersion(versions: readonly string[], { digests, names }: VexProduct): boolean {
  return (
    versions.length === 0 ||
    versions.some((version) => digests.includes(version) || names.some((name) => splitName(name)[1] === version))
  );
}

function isAbout(statement: VexStatement, found: SbomPackage, image: VexProduct): boolean {
  const { products, subcomponents, within, versions } = statement;
  if (within.length > 0 && !within.some((one) => isWithin(one, image))) return false;
  const isProduct =
    products.length === 0 || (products.some((one) => isImage(one, image)) && isImageVersion(versions, image));
  const isInside = subcomponents.length === 0 || subcomponents.some((one) => isPackage(one, found));
  return (isProduct && isInside) || (products.some((one) => isPackage(one, found)) && isVersion(versions, found));
}

const strictness: readonly VexState[] = ['affected', 'under-investigation', 'fixed', 'not-affected'];

function strictest(statements: readonly VexStatement[]): VexStatement | null {
  return (
    statements.toSorted((left, right) => strictness.indexOf(left.state) - strictness.indexOf(right.state))[0] ?? null
  );
}

/** Of those about one vulnerability: of equally old ones the last. What has no time may be newer than what has one. */
function newest(statements: readonly VexStatement[]): VexStatement | null {
  const timed = statements
    .filter(({ time }) => time !== null)
    .toSorted((left, right) => (left.time ?? 0) - (right.time ?? 0))
    .at(-1);
  const timeless = statements.findLast(({ time }) => time === null);
  return strictest([timed, timeless].filter((one) => one !== undefined));
}

/**
 * What VEX says of a package in an image: the newest statement about the question's vulnerability. Where the question is about no
 * advisory, statements count that name the package itself, of those about several vulnerabilities the worst. Null where none does.
 */
export function vexOf(
  statements: readonly VexStatement[],
  question: Question,
  found: SbomPackage,
  image: VexProduct,
): VexStatement | null {
  const about = statements.filter((statement) => isAbout(statement, found, image));
  if (question.ids.length > 0) {
    const ids = new Set(question.ids.map((id) => id.toUpperCase()));
    return newest(about.filter((statement) => statement.ids.some((id) => ids.has(id.toUpperCase()))));
  }
  const byVulnerability = new Map<string, VexStatement[]>();
  for (const statement of about) {
    const isNamed = [...statement.subcomponents, ...statement.products].some((one) => isPackage(one, found));
    const id = statement.ids[0]?.toUpperCase() ?? '';
    if (isNamed) byVulnerability.set(id, [...(byVulnerability.get(id) ?? []), statement]);
  }
  return strictest([...byVulnerability.values()].map(newest).filter((one) => one !== null));
}
