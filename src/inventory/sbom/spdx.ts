import { isRecord } from '../../model/index.ts';
import { type Json, listOf, property, textOf } from './json.ts';
import { describePackage, layerOf, type SbomPackage, versionOf } from './package.ts';
import { Unreadable } from './reading.ts';

/** Syft, which BuildKit's scanner runs, writes a layer beside each file and says which file shows that a package is there. */
const layerComment = /^layerID: (sha256:[0-9a-f]{64})$/;

function layersOfFiles(document: Json): ReadonlyMap<string, string> {
  const layers = new Map<string, string>();
  for (const file of listOf(document['files'])) {
    const layer = isRecord(file) ? layerComment.exec(textOf(file['comment']))?.[1] : undefined;
    if (isRecord(file) && layer !== undefined) layers.set(textOf(file['SPDXID']), layer);
  }
  return layers;
}

/** The layer of each package, by its SPDXID; empty where the document says nothing of layers. */
function layersOfPackages(document: Json): ReadonlyMap<string, string> {
  const files = layersOfFiles(document);
  const layers = new Map<string, string>();
  if (files.size === 0) return layers;
  for (const relationship of listOf(document['relationships'])) {
    if (!isRecord(relationship) || !textOf(relationship['comment']).startsWith('evident-by:')) continue;
    const layer = files.get(textOf(relationship['relatedSpdxElement']));
    const element = textOf(relationship['spdxElementId']);
    if (layer !== undefined && !layers.has(element)) layers.set(element, layer);
  }
  return layers;
}

function readPackage(entry: unknown, layers: ReadonlyMap<string, string>): SbomPackage {
  if (!isRecord(entry)) throw new Unreadable('one of its packages is no object');
  const name = textOf(entry['name']);
  if (name === '') throw new Unreadable('one of its packages has no name');
  const built = /^built package from: (\S{1,200}) (\S{1,200})/.exec(textOf(entry['sourceInfo']));
  return describePackage({
    name,
    group: '',
    version: versionOf(entry['versionInfo']),
    kind: entry['primaryPackagePurpose'],
    purl: property(entry['externalRefs'], 'referenceType', 'purl', 'referenceLocator'),
    source: built?.[1] === undefined ? null : { name: built[1], version: built[2] ?? '' },
    layer: layerOf(layers.get(textOf(entry['SPDXID'])) ?? ''),
  });
}

/**
 * The packages of an SPDX 2.2 or 2.3 document (section 7).
 * @throws Unreadable
 */
export function readSpdx(document: Json): readonly SbomPackage[] {
  const { packages } = document;
  if (packages === undefined || packages === null) throw new Unreadable('it has no list of packages');
  if (!Array.isArray(packages)) throw new Unreadable('its packages are no list');
  const layers = layersOfPackages(document);
  return packages.map((entry) => readPackage(entry, layers));
}
