import { isRecord } from '../../model/index.ts';
import { type Json, listOf, textOf } from './json.ts';
import { describePackage, layerOf, type SbomPackage, type SourcePackage, versionOf } from './package.ts';
import { Unreadable } from './reading.ts';

/** What the package managers' own records say of the source, which syft keeps as `metadata`. */
function sourceIn(metadata: unknown): SourcePackage | null {
  if (!isRecord(metadata)) return null;
  const name = textOf(metadata['source']) || textOf(metadata['originPackage']);
  return name === '' ? null : { name, version: versionOf(metadata['sourceVersion']) };
}

function layerIn(locations: unknown): string | null {
  const [first] = listOf(locations);
  return isRecord(first) ? layerOf(first['layerID']) : null;
}

function readArtifact(entry: unknown): SbomPackage {
  if (!isRecord(entry)) throw new Unreadable('one of its artifacts is no object');
  const name = textOf(entry['name']);
  if (name === '') throw new Unreadable('one of its artifacts has no name');
  return describePackage({
    name,
    group: '',
    version: versionOf(entry['version']),
    kind: null,
    purl: textOf(entry['purl']),
    source: sourceIn(entry['metadata']),
    layer: layerIn(entry['locations']),
  });
}

/**
 * The artifacts of syft's own JSON.
 * @throws Unreadable
 */
export function readSyft(document: Json): readonly SbomPackage[] {
  const { artifacts } = document;
  if (!Array.isArray(artifacts)) throw new Unreadable('its artifacts are no list');
  return artifacts.map(readArtifact);
}
