import {
  foldedKey,
  isRecord,
  type JsonFlaw,
  type JsonReading,
  readUnambiguousJson,
  VerifyError,
} from '../../model/index.ts';
import { bounds } from '../transport/bounds.ts';

/** A JSON object of a document that Go's tools read too. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Fields of an image's configuration that are maps to Go, whose keys are the image's own and may differ by case alone. */
export const configMaps: ReadonlySet<string> = new Set(['labels', 'exposedports', 'volumes', 'annotations']);

/** The error for a document that is not what it should be. */
export function brokenDocument(what: string, reason: string, cause?: unknown): VerifyError {
  return new VerifyError('registry.untrustworthy', `the ${what} is not valid: ${reason}`, {
    hint: 'the registry answered with something else than an image; check its address',
    cause,
  });
}

function ambiguousField(what: string, key: string, field: string): VerifyError {
  const [shown, other] = [key, field].map((each) => JSON.stringify(each.slice(0, 100)).slice(1, -1));
  if (key === field) return brokenDocument(what, `it has the field ${shown} twice`);
  return brokenDocument(what, `it has a field ${shown} that could be read as ${other}`);
}

function flawed(flaw: JsonFlaw, what: string): VerifyError {
  switch (flaw.kind) {
    case 'equal-keys':
      return ambiguousField(what, flaw.key, flaw.earlier);
    case 'too-deep':
      return brokenDocument(what, `it is nested deeper than ${bounds.jsonDepth} levels`);
  }
}

/**
 * Parses a manifest, an index, a listing or a configuration: JSON of which Go's encoding/json, with which builders and
 * registries read it, cannot make something else than we do. So it is valid UTF-8 without a byte order mark, and no
 * object has two keys that Go takes for one field.
 * @param maps folded names of fields whose keys may differ by case alone
 * @throws VerifyError `registry.untrustworthy`
 */
export function parseDocument(bytes: Uint8Array, what: string, maps: ReadonlySet<string> = new Set()): JsonObject {
  let reading: JsonReading;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    reading = readUnambiguousJson(text, { depth: bounds.jsonDepth, keys: 'folded', maps });
  } catch (error) {
    throw brokenDocument(what, 'it is not JSON', error);
  }
  const { flaw, value } = reading;
  if (flaw !== null) throw flawed(flaw, what);
  if (!isRecord(value)) throw brokenDocument(what, 'it is not an object');
  return value;
}

/** A field by its name in any case, as Go finds it; undefined where `value` is no object or lacks it. */
export function fieldOf(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined;
  const wanted = foldedKey(name);
  return Object.entries(value).find(([key]) => foldedKey(key) === wanted)?.[1];
}

/**
 * Makes sure that the fields of an object that are known are spelled as the specification has them: Go reads them in any
 * case, others do not.
 * @throws VerifyError `registry.untrustworthy`
 */
export function assertSpelling(value: unknown, known: readonly string[], what: string): void {
  if (!isRecord(value)) return;
  const folded = new Map(known.map((field) => [foldedKey(field), field]));
  for (const key of Object.keys(value)) {
    const field = folded.get(foldedKey(key));
    if (field !== undefined && field !== key) throw ambiguousField(what, key, field);
  }
}
