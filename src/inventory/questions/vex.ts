import { isRecord } from '../../model/index.ts';
import { parsePackageUrl } from '../package-url.ts';
import { type Json, listOf, textOf } from '../sbom/json.ts';
import type { SbomPackage } from '../sbom/package.ts';
import { comparableName, type Question } from './question.ts';

/** A statement about a vulnerability in a product (VEX). */
export interface VexStatement {
  /** The vulnerability's id and aliases. */
  readonly ids: readonly string[];
  /** Package URLs or digests of the products; empty: any. */
  readonly products: readonly string[];
  /** Package URLs of the packages inside them that it is about; empty: all. */
  readonly subcomponents: readonly string[];
  readonly state: VexState;
  /** For people: id, status and justification. */
  readonly word: string;
}

export type VexState = 'affected' | 'not-affected' | 'fixed' | 'under-investigation';

const openVexStates: ReadonlyMap<string, VexState> = new Map([
  ['affected', 'affected'],
  ['not_affected', 'not-affected'],
  ['fixed', 'fixed'],
  ['under_investigation', 'under-investigation'],
]);

/** CycloneDX 1.4 to 1.7, `vulnerabilities[].analysis.state`. */
const cycloneDxStates: ReadonlyMap<string, VexState> = new Map([
  ['exploitable', 'affected'],
  ['not_affected', 'not-affected'],
  ['false_positive', 'not-affected'],
  ['resolved', 'fixed'],
  ['resolved_with_pedigree', 'fixed'],
  ['in_triage', 'under-investigation'],
]);

function identifiersOf(product: unknown): readonly string[] {
  if (typeof product === 'string') return [product];
  if (!isRecord(product)) return [];
  const { identifiers, hashes } = product;
  const purl = isRecord(identifiers) ? textOf(identifiers['purl']) : '';
  const sha256 = isRecord(hashes) ? textOf(hashes['sha-256']) : '';
  return [textOf(product['@id']), purl, sha256 === '' ? '' : `sha256:${sha256}`].filter((text) => text !== '');
}

function openVexStatements(statement: unknown): readonly VexStatement[] {
  if (!isRecord(statement)) return [];
  const { vulnerability } = statement;
  const named = isRecord(vulnerability)
    ? [textOf(vulnerability['name']), textOf(vulnerability['@id']), ...listOf(vulnerability['aliases']).map(textOf)]
    : [textOf(vulnerability)];
  const ids = named.filter((id) => id !== '');
  const state = openVexStates.get(textOf(statement['status']));
  if (state === undefined || ids.length === 0) return [];
  const because = textOf(statement['justification']) || textOf(statement['impact_statement']);
  const word = [`${ids[0] ?? ''}: ${textOf(statement['status'])}`, because].filter((part) => part !== '').join(', ');
  const products = listOf(statement['products']);
  if (products.length === 0) return [{ ids, products: [], subcomponents: [], state, word }];
  // each with its own subcomponents; one that cannot be read is none, and not any
  return products.flatMap((product) => {
    const inside = isRecord(product) ? listOf(product['subcomponents']) : [];
    const [named, subcomponents] = [identifiersOf(product), inside.flatMap(identifiersOf)];
    const isReadable = named.length > 0 && (inside.length === 0 || subcomponents.length > 0);
    return isReadable ? [{ ids, products: named, subcomponents, state, word }] : [];
  });
}

/** The component in a BOM-Link (`urn:cdx:…#REF`), or the reference as it is. */
function referenced(reference: string): string {
  const [, fragment = reference] = reference.split('#');
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

function cycloneDxStatement(vulnerability: unknown, purls: ReadonlyMap<string, string>): VexStatement | null {
  if (!isRecord(vulnerability) || !isRecord(vulnerability['analysis'])) return null;
  const { analysis } = vulnerability;
  const state = cycloneDxStates.get(textOf(analysis['state']));
  const id = textOf(vulnerability['id']);
  if (state === undefined || id === '') return null;
  const isAnyReadable = listOf(vulnerability['affects']).some((one) => isRecord(one) && textOf(one['ref']) !== '');
  if (listOf(vulnerability['affects']).length > 0 && !isAnyReadable) return null;
  const aliases = listOf(vulnerability['references']).map((one) => (isRecord(one) ? textOf(one['id']) : ''));
  const affected = listOf(vulnerability['affects']).map((one) => (isRecord(one) ? textOf(one['ref']) : ''));
  const because = textOf(analysis['justification']) || textOf(analysis['detail']);
  return {
    ids: [id, ...aliases].filter((one) => one !== ''),
    products: affected.map((ref) => purls.get(ref) ?? referenced(ref)).filter((one) => one !== ''),
    subcomponents: [],
    state,
    word: [`${id}: ${textOf(analysis['state'])}`, because].filter((part) => part !== '').join(', '),
  };
}

function purlsByReference(document: Json): ReadonlyMap<string, string> {
  const { metadata } = document;
  const root = isRecord(metadata) ? [metadata['component']] : [];
  return new Map(
    [...root, ...listOf(document['components'])].flatMap((component) =>
      isRecord(component) && textOf(component['purl']) !== ''
        ? [[textOf(component['bom-ref']), textOf(component['purl'])] as const]
        : [],
    ),
  );
}

/** The statements of an OpenVEX or CycloneDX document, the newest last; null where it is neither. */
export function readVex(document: unknown): readonly VexStatement[] | null {
  if (!isRecord(document)) return null;
  if (textOf(document['@context']).startsWith('https://openvex.dev/ns')) {
    const statements = listOf(document['statements']);
    const time = (one: unknown): string =>
      isRecord(one) ? textOf(one['timestamp']) || textOf(one['last_updated']) : '';
    return statements
      .toSorted((left, right) => (time(left) < time(right) ? -1 : Number(time(left) > time(right))))
      .flatMap(openVexStatements);
  }
  if (document['bomFormat'] === 'CycloneDX' && Array.isArray(document['vulnerabilities'])) {
    const purls = purlsByReference(document);
    return document['vulnerabilities'].flatMap((one) => cycloneDxStatement(one, purls) ?? []);
  }
  return null;
}

/** An image as VEX may name it. */
export interface VexProduct {
  /** Of the index, the platform manifests or the image ID; `sha256:…`. */
  readonly digests: readonly string[];
  /** Canonical repositories without tag. */
  readonly repositories: readonly string[];
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
  const isNamed = names.some((one) => comparableName(one) === wanted);
  const isSource = source !== null && comparableName(source.name) === wanted;
  return (
    (isNamed || isSource) &&
    (url.version === '' || url.version === version || (isSource && url.version === source.version))
  );
}

function isImage(identifier: string, { digests, repositories }: VexProduct): boolean {
  if (digests.includes(identifier)) return true;
  const url = parsePackageUrl(identifier);
  if (url === null || (url.type !== 'oci' && url.type !== 'docker')) return false;
  if (url.version.startsWith('sha256:')) return digests.includes(url.version);
  const path = [url.namespace, url.name].filter((part) => part !== '').join('/');
  if (url.version !== '') return false;
  if (url.repository !== '') {
    return repositories.some((one) => one === url.repository || one === `${url.repository}/${path}`);
  }
  return repositories.some((repository) => repository === path || repository.endsWith(`/${path}`));
}

function isAbout(statement: VexStatement, found: SbomPackage, image: VexProduct): boolean {
  const { products, subcomponents } = statement;
  const isProduct = products.length === 0 || products.some((one) => isImage(one, image));
  const isInside = subcomponents.length === 0 || subcomponents.some((one) => isPackage(one, found));
  return (isProduct && isInside) || products.some((one) => isPackage(one, found));
}

/**
 * What VEX says of a package in an image: the newest statement about the question's vulnerability. Where the question is about no
 * advisory, statements count that name the package itself. Null where none does.
 */
export function vexOf(
  statements: readonly VexStatement[],
  question: Question,
  found: SbomPackage,
  image: VexProduct,
): VexStatement | null {
  const ids = new Set(question.ids.map((id) => id.toUpperCase()));
  const relevant = statements.filter((statement) => {
    if (!isAbout(statement, found, image)) return false;
    if (ids.size > 0) return statement.ids.some((id) => ids.has(id.toUpperCase()));
    return [...statement.subcomponents, ...statement.products].some((one) => isPackage(one, found));
  });
  return relevant.at(-1) ?? null;
}
