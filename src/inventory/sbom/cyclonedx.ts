import { isRecord } from '../../model/index.ts';
import { type Json, textOf } from './json.ts';
import { describePackage, layerOf, namedValue, type SbomPackage, versionOf } from './package.ts';
import { mostPackages, Unreadable } from './reading.ts';

const deepest = 32;

/** A component without those that it holds. */
function readComponent(entry: Json): SbomPackage {
  const name = textOf(entry['name']);
  if (name === '') throw new Unreadable('one of its components has no name');
  const { properties } = entry;
  const built = namedValue(properties, 'aquasecurity:trivy:SrcName');
  return describePackage({
    name,
    group: textOf(entry['group']),
    version: versionOf(entry['version']),
    kind: entry['type'],
    purl: textOf(entry['purl']),
    source: built === '' ? null : { name: built, version: namedValue(properties, 'aquasecurity:trivy:SrcVersion') },
    layer:
      layerOf(namedValue(properties, 'syft:location:0:layerID')) ??
      layerOf(namedValue(properties, 'aquasecurity:trivy:LayerDiffID')),
  });
}

/**
 * The components of a CycloneDX document (1.4 to 1.7), with those inside others.
 * @throws Unreadable
 */
export function readCycloneDx(document: Json): readonly SbomPackage[] {
  const found: SbomPackage[] = [];
  const waiting: { readonly entries: unknown; readonly depth: number }[] = [
    { entries: document['components'] ?? [], depth: 1 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.depth > deepest) throw new Unreadable(`its components are nested more than ${deepest} deep`);
    if (!Array.isArray(next.entries)) throw new Unreadable('its components are no list');
    for (const entry of next.entries) {
      if (!isRecord(entry)) throw new Unreadable('one of its components is no object');
      if (found.length >= mostPackages) throw new Unreadable(`it lists more than ${mostPackages} components`);
      found.push(readComponent(entry));
      const inner = entry['components'];
      if (inner !== undefined && inner !== null) waiting.push({ entries: inner, depth: next.depth + 1 });
    }
  }
  return found;
}

/** Whether the document itself says that it is not the whole list (`compositions`). */
export function isCycloneDxIncomplete(document: Json): boolean {
  const { compositions } = document;
  return (
    Array.isArray(compositions) &&
    compositions.some((one) => isRecord(one) && /^(?:incomplete|unknown)/.test(textOf(one['aggregate'])))
  );
}
