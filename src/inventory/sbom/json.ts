import { isRecord } from '../../model/index.ts';
/** A text from an SBOM: trimmed, bounded, empty where there is none. */
export type Text = string;

/** An object from an SBOM, of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;

const longestText = 2_000;
const mostProperties = 1_000;

/** A list, or an empty one where there is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text of at most 2,000 characters; empty for anything else. */
export function textOf(value: unknown): Text {
  return typeof value === 'string' && value.length <= longestText ? value.trim() : '';
}

/** Of a list of objects: the field `wanted` of the first one in whose field `key` this value stands. At most 1,000 are looked at. */
export function property(list: unknown, key: string, value: string, wanted: string): Text {
  const found = listOf(list)
    .slice(0, mostProperties)
    .find((entry) => isRecord(entry) && entry[key] === value);
  return isRecord(found) ? textOf(found[wanted]) : '';
}
