import { realpath } from 'node:fs/promises';
import { isRecord, parseGoBoolean, writeWhole } from '../../model/index.ts';
import { isProvenanceKey } from './provenance.ts';

/** The variable that says how much provenance buildx writes into a metadata file. */
export const metadataProvenanceVariable = 'BUILDX_METADATA_PROVENANCE';

/** How much provenance a metadata file is to hold, as buildx reads the variable (buildx, util/confutil: ParseMetadataProvenance). */
export function metadataProvenanceMode(value: string | undefined): 'min' | 'max' | 'disabled' {
  if (value === 'max' || value === 'disabled') return value;
  return parseGoBoolean(value ?? '') === false ? 'disabled' : 'min';
}

function withoutOwn(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !isProvenanceKey(key)));
}

/** Metadata without any provenance: of one build, or of a bake's targets. */
export function withoutProvenance(metadata: Readonly<Record<string, unknown>>, verb: 'build' | 'bake'): unknown {
  if (verb === 'build') return withoutOwn(metadata);
  const targets = Object.entries(metadata).map(([name, value]) => [name, isRecord(value) ? withoutOwn(value) : value]);
  return Object.fromEntries(targets);
}

/** JSON as Go's encoder indents and escapes it, which is how buildx writes the file. */
function goJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Takes the provenance out of the user's metadata file, which buildx was made to write for the audit's sake. The file is
 * replaced whole, as buildx itself does.
 * @throws Error of the file system
 */
export async function dropProvenance(file: string, metadata: unknown, verb: 'build' | 'bake'): Promise<void> {
  if (!isRecord(metadata)) return;
  // where buildx wrote nothing, nothing is to be made
  const target = await realpath(file);
  await writeWhole(target, goJson(withoutProvenance(metadata, verb)), { mode: 0o644 });
}
