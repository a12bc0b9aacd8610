import { isRecord } from '../../model/index.ts';
import { type Json, listOf, textOf } from '../sbom/json.ts';

/** A statement about a vulnerability in a product (VEX). */
export interface VexStatement {
  /** The vulnerability's id and aliases. */
  readonly ids: readonly string[];
  /** Package URLs or digests of the products; empty: any. */
  readonly products: readonly string[];
  /** Package URLs of the packages inside them that it is about; empty: all. */
  readonly subcomponents: readonly string[];
  readonly state: VexState;
  /** The image in whose SBOM the products are packages, by package URL, digest or repository; empty: any. */
  readonly within: readonly string[];
  /** Versions and ranges (`vers:…`) of the products that it is confined to; empty: all. */
  readonly versions: readonly string[];
  /** When it was said, in milliseconds; null where nothing says when. */
  readonly time: number | null;
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

/** The first of these times that is one. Text would not do: times of several zones are not in its order. */
function timeIn(...candidates: readonly unknown[]): number | null {
  const times = candidates.map((candidate) => Date.parse(textOf(candidate)));
  return times.find((time) => Number.isFinite(time)) ?? null;
}

function openVexStatements(statement: unknown, document: Json): readonly VexStatement[] {
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
  // OpenVEX 0.2.0, "Inheritance Model": a statement without a time of its own has that of its document
  const time = timeIn(
    statement['timestamp'],
    statement['last_updated'],
    document['timestamp'],
    document['last_updated'],
  );
  const common = { ids, state, word, time, within: [], versions: [] };
  const products = listOf(statement['products']);
  if (products.length === 0) return [{ ...common, products: [], subcomponents: [] }];
  // each with its own subcomponents; one that cannot be read is none, and not any
  return products.flatMap((product) => {
    const inside = isRecord(product) ? listOf(product['subcomponents']) : [];
    const [named, subcomponents] = [identifiersOf(product), inside.flatMap(identifiersOf)];
    const isReadable = named.length > 0 && (inside.length === 0 || subcomponents.length > 0);
    return isReadable ? [{ ...common, products: named, subcomponents }] : [];
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

/** The image that a document of CycloneDX is about; empty where it is about something else, or does not say what. */
function imageOf({ metadata }: Json): readonly string[] {
  const root = isRecord(metadata) ? metadata['component'] : null;
  if (!isRecord(root)) return [];
  const urls = [textOf(root['purl']), textOf(root['bom-ref'])].filter((text) => /^pkg:(?:oci|docker)\//i.test(text));
  if (urls.length > 0 || root['type'] !== 'container') return urls;
  const [name = ''] = textOf(root['name']).split('@', 1);
  return name === '' ? [] : [name.replace(/:[^:/]*$/, '')];
}

interface CycloneDx {
  readonly purls: ReadonlyMap<string, string>;
  readonly within: readonly string[];
  readonly time: unknown;
}

/** CycloneDX 1.6, `vulnerabilities[].affects[].versions`. */
function versionsOf(affected: Json): readonly string[] {
  return listOf(affected['versions'])
    .map((one) => (isRecord(one) ? textOf(one['version']) || textOf(one['range']) : ''))
    .filter((version) => version !== '');
}

function cycloneDxStatements(vulnerability: unknown, { purls, within, time }: CycloneDx): readonly VexStatement[] {
  if (!isRecord(vulnerability) || !isRecord(vulnerability['analysis'])) return [];
  const { analysis } = vulnerability;
  const state = cycloneDxStates.get(textOf(analysis['state']));
  const id = textOf(vulnerability['id']);
  if (state === undefined || id === '') return [];
  const aliases = listOf(vulnerability['references']).map((one) => (isRecord(one) ? textOf(one['id']) : ''));
  const because = textOf(analysis['justification']) || textOf(analysis['detail']);
  const common = {
    ids: [id, ...aliases].filter((one) => one !== ''),
    subcomponents: [],
    state,
    within,
    time: timeIn(analysis['lastUpdated'], analysis['firstIssued'], time),
    word: [`${id}: ${textOf(analysis['state'])}`, because].filter((part) => part !== '').join(', '),
  };
  const affects = listOf(vulnerability['affects']);
  if (affects.length === 0) return [{ ...common, products: [], versions: [] }];
  // one that cannot be read is none, and not any
  return affects.flatMap((one) => {
    const ref = isRecord(one) ? textOf(one['ref']) : '';
    const product = ref === '' ? '' : (purls.get(ref) ?? referenced(ref));
    return isRecord(one) && product !== '' ? [{ ...common, products: [product], versions: versionsOf(one) }] : [];
  });
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

/** The statements of an OpenVEX or CycloneDX document; null where it is neither. */
export function readVex(document: unknown): readonly VexStatement[] | null {
  if (!isRecord(document)) return null;
  if (textOf(document['@context']).startsWith('https://openvex.dev/ns')) {
    return listOf(document['statements']).flatMap((statement) => openVexStatements(statement, document));
  }
  if (document['bomFormat'] === 'CycloneDX' && Array.isArray(document['vulnerabilities'])) {
    const { metadata } = document;
    const time = isRecord(metadata) ? metadata['timestamp'] : null;
    const common = { purls: purlsByReference(document), within: imageOf(document), time };
    return document['vulnerabilities'].flatMap((one) => cycloneDxStatements(one, common));
  }
  return null;
}
