import { foldedKey, wellFormed } from './folded-key.ts';

/** Why a JSON text could be read as two different things, or not be read at all within the bound. */
export type JsonFlaw =
  | { readonly kind: 'equal-keys'; readonly key: string; readonly earlier: string }
  | { readonly kind: 'too-deep' };

/** How keys are compared, and how deep a text may be nested. */
export interface JsonRules {
  readonly depth: number;
  /** `exact`, or `folded` as Go's encoding/json looks for the fields of a structure. */
  readonly keys: 'exact' | 'folded';
  /** Folded names of fields that hold a map, whose keys Go compares exactly. */
  readonly maps?: ReadonlySet<string>;
}

interface Level {
  /** The keys so far, by what they are compared by; null in a list. */
  readonly keys: Map<string, string> | null;
  readonly exact: boolean;
  /** The key whose value is being read. */
  current: string;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
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

function addKey(level: Level, raw: string): JsonFlaw | null {
  const key = raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw;
  const compared = level.exact ? wellFormed(key) : foldedKey(key);
  const earlier = level.keys?.get(compared);
  if (earlier !== undefined) return { kind: 'equal-keys', key, earlier };
  level.keys?.set(compared, key);
  level.current = key;
  return null;
}

function newLevel(isObject: boolean, above: Level | undefined, rules: JsonRules): Level {
  const isMap = above !== undefined && above.keys !== null && rules.maps?.has(foldedKey(above.current)) === true;
  return { keys: isObject ? new Map() : null, exact: rules.keys === 'exact' || isMap, current: '' };
}

/**
 * One pass over a text that should be JSON: finds the first object that has a key twice, and nesting beyond the bound.
 * What is no JSON is for `JSON.parse` to say afterwards.
 */
function findFlaw(text: string, rules: JsonRules): JsonFlaw | null {
  const open: Level[] = [];
  let keyNext = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const level = open.at(-1);
    if (code === quote) {
      const end = endOfString(text, index + 1);
      const flaw = keyNext && level !== undefined ? addKey(level, text.slice(index + 1, end)) : null;
      if (flaw !== null) return flaw;
      keyNext = false;
      index = end;
    } else if (code === openBrace || code === openBracket) {
      if (open.length >= rules.depth) return { kind: 'too-deep' };
      open.push(newLevel(code === openBrace, level, rules));
      keyNext = code === openBrace;
    } else if (code === closeBrace || code === closeBracket) {
      open.pop();
      keyNext = false;
    } else if (code === comma) {
      keyNext = level !== undefined && level.keys !== null;
    }
  }
  return null;
}

/** What a JSON text holds, or why it is not read. */
export type JsonReading =
  | { readonly flaw: null; readonly value: unknown }
  | { readonly flaw: JsonFlaw; readonly value?: undefined };

/**
 * Parses JSON (RFC 8259) of which two readers cannot make two different things, its nesting bounded before it is parsed.
 * @throws SyntaxError
 */
export function readUnambiguousJson(text: string, rules: JsonRules): JsonReading {
  const flaw = findFlaw(text, rules);
  return flaw === null ? { flaw, value: JSON.parse(text) } : { flaw };
}
