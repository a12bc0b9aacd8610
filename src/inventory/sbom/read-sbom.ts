import { isRecord, parseBoundedJson } from '../../model/index.ts';
import { isCycloneDxIncomplete, readCycloneDx } from './cyclonedx.ts';
import { type Json, textOf } from './json.ts';
import type { SbomPackage } from './package.ts';
import { mostPackages, type SbomReading, Unreadable } from './reading.ts';
import { readSpdx } from './spdx.ts';
import { readSyft } from './syft.ts';

interface Form {
  readonly format: string;
  readonly read: (document: Json) => readonly SbomPackage[];
  readonly isComplete: boolean;
}

const spdxVersions = new Set(['SPDX-2.2', 'SPDX-2.3']);
const cycloneDxVersions = new Set(['1.4', '1.5', '1.6', '1.7']);

function isSpdx3(document: Json): boolean {
  const { '@context': context } = document;
  const contexts = Array.isArray(context) ? context : [context];
  return contexts.some((one) => textOf(one).startsWith('https://spdx.org/rdf/3.'));
}

function formOfSpdx(document: Json): Form {
  const version = textOf(document['spdxVersion']);
  if (!spdxVersions.has(version)) {
    throw new Unreadable(`${version.replace('SPDX-', 'SPDX ').slice(0, 40)} is not read (SPDX 2.2 and 2.3 are)`);
  }
  return { format: version.replace('-', ' '), read: readSpdx, isComplete: true };
}

function formOfCycloneDx(document: Json): Form {
  const version = textOf(document['specVersion']);
  if (!cycloneDxVersions.has(version)) {
    throw new Unreadable(`CycloneDX ${version.slice(0, 40) || 'without a version'} is not read (1.4 to 1.7 are)`);
  }
  return { format: `CycloneDX ${version}`, read: readCycloneDx, isComplete: !isCycloneDxIncomplete(document) };
}

function formOf(document: unknown): Form {
  if (!isRecord(document)) throw new Unreadable('it is no object');
  if (isSpdx3(document)) throw new Unreadable('SPDX 3 is not read (SPDX 2.2 and 2.3 are)');
  if (document['spdxVersion'] !== undefined) return formOfSpdx(document);
  if (document['bomFormat'] === 'CycloneDX') return formOfCycloneDx(document);
  if (Array.isArray(document['artifacts']) && isRecord(document['schema'])) {
    return { format: 'syft JSON', read: readSyft, isComplete: true };
  }
  throw new Unreadable('it is neither SPDX 2.2 or 2.3, CycloneDX 1.4 to 1.7 nor syft JSON');
}

/**
 * The packages that an SBOM lists: SPDX 2.2 and 2.3, CycloneDX 1.4 to 1.7 and syft's JSON, each as parsed JSON. Never throws: a
 * document of which one package cannot be made sense of is not read at all.
 */
export function readSbom(document: unknown): SbomReading {
  try {
    const { format, read, isComplete } = formOf(document);
    const packages = read(isRecord(document) ? document : {});
    if (packages.length > mostPackages) throw new Unreadable(`it lists more than ${mostPackages} packages`);
    return { ok: true, format, packages, isComplete };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { ok: false, reason: error.message };
  }
}

/** Reads an SBOM as it is attached: bare, or as the predicate of an in-toto statement. Never throws. */
export function readSbomDocument(bytes: Buffer): SbomReading {
  let parsed: unknown;
  try {
    parsed = parseBoundedJson(bytes.toString('utf8'));
  } catch {
    return { ok: false, reason: 'it is no JSON' };
  }
  if (isRecord(parsed) && 'predicateType' in parsed && 'predicate' in parsed) return readSbom(parsed['predicate']);
  return readSbom(parsed);
}
