import { foldedKey, type JsonFlaw, readUnambiguousJson } from '../model/index.ts';
import { limits } from './limits.ts';
import { printable, Refusal } from './refusal.ts';

function refusalOf(flaw: JsonFlaw): Refusal {
  switch (flaw.kind) {
    case 'equal-keys':
      return new Refusal('malformed', `the signed JSON has the key "${printable(flaw.key)}" twice`);
    case 'too-deep':
      return new Refusal('too-large', `its JSON is nested deeper than ${limits.jsonDepth} levels`);
  }
}

/**
 * Parses JSON (RFC 8259) of which two readers can never make two different things: valid UTF-8 without a byte order
 * mark, no key twice in an object, nesting bounded.
 * @throws Refusal `malformed` or `too-large`; `what` names the text in the message
 */
export function parseStrictJson(bytes: Uint8Array, what: string): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Refusal('malformed', `${what} is not UTF-8 text`, error);
  }
  try {
    const { flaw, value } = readUnambiguousJson(text, { depth: limits.jsonDepth, keys: 'exact' });
    if (flaw !== null) throw refusalOf(flaw);
    return value;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('malformed', `${what} is not JSON`, error);
  }
}

/** An object of a parsed JSON value. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws Refusal `malformed` where `value` is not an object */
export function objectOf(value: unknown, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal('malformed', `${what} is not an object`);
  }
  // A non-null, non-array object that JSON.parse made has string keys only.
  return value as JsonObject;
}

/**
 * An object whose fields are fixed, as cosign and notation read it: Go's encoding/json takes a key in any letter case for
 * the field, so two that differ by case alone would be two different things to two readers.
 * @throws Refusal `malformed`, also where `value` is not an object
 */
export function structureOf(value: unknown, what: string): JsonObject {
  const found = objectOf(value, what);
  const folded = new Map<string, string>();
  for (const key of Object.keys(found)) {
    const earlier = folded.get(foldedKey(key));
    if (earlier !== undefined) {
      throw new Refusal(
        'malformed',
        `${what} has "${printable(key)}" and "${printable(earlier)}", one field to other tools`,
      );
    }
    folded.set(foldedKey(key), key);
  }
  return found;
}

/** @throws Refusal `malformed` where `value` is not a string */
export function stringOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Refusal('malformed', `${what} is not a string`);
  return value;
}

/** @throws Refusal `malformed` where `value` is not an array; `too-large` where it is longer than `most` */
export function arrayOf(value: unknown, what: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new Refusal('malformed', `${what} is not a list`);
  if (value.length > most)
    throw new Refusal('too-large', `${what} has ${value.length} items, at most ${most} are read`);
  return value;
}
