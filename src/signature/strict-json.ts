import { limits } from './limits.ts';
import { printable, Refusal } from './refusal.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** The index of the quote that ends the string whose first character is at `start`. */
function endOfString(text: string, start: number): number {
  for (let index = start; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) return index;
    if (code === backslash) index += 1;
  }
  return text.length;
}

function addKey(keys: Set<string>, raw: string): void {
  const key = raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw;
  if (keys.has(key)) throw new Refusal('malformed', `the signed JSON has the key "${printable(key)}" twice`);
  keys.add(key);
}

/** One pass over JSON text: refuses nesting beyond the bound and an object that has a key twice. */
function scan(text: string): void {
  const open: (Set<string> | null)[] = [];
  let keyNext = false;
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case quote: {
        const end = endOfString(text, index + 1);
        const keys = open.at(-1);
        if (keyNext && keys) addKey(keys, text.slice(index + 1, end));
        keyNext = false;
        index = end;
        break;
      }
      case openBrace:
      case openBracket: {
        const isObject = text.charCodeAt(index) === openBrace;
        open.push(isObject ? new Set() : null);
        keyNext = isObject;
        if (open.length > limits.jsonDepth) {
          throw new Refusal('too-large', `its JSON is nested deeper than ${limits.jsonDepth} levels`);
        }
        break;
      }
      case closeBrace:
      case closeBracket:
        open.pop();
        keyNext = false;
        break;
      case comma:
        keyNext = open.at(-1) instanceof Set;
        break;
      case colon:
        keyNext = false;
        break;
      default:
    }
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
    scan(text);
    return JSON.parse(text);
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
