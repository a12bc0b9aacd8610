import { foldedKey } from '../../../model/index.ts';

/**
 * Whether a signed object has `key`, and no other key that readers written in Go take for the same: of two that differ by letter case
 * alone one reader would see the one and people the other.
 */
function hasOnly(object: object, key: string): boolean {
  if (!Object.hasOwn(object, key)) return false;
  const folded = foldedKey(key);
  return Object.keys(object).every((other) => other === key || foldedKey(other) !== folded);
}

/** Whether an object has a key that some reader takes for `key`. */
export function isNamedSomehow(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).some((other) => foldedKey(other) === foldedKey(key));
}

/** The value at a path of object keys; undefined where the way ends early, or where a key on it stands there in two letter cases. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  let current = value;
  for (const key of keys) {
    if (typeof current !== 'object' || current === null || Array.isArray(current) || !hasOnly(current, key))
      return undefined;
    current = (current as Readonly<Record<string, unknown>>)[key];
  }
  return current;
}

/** The text at a path of object keys; null where there is none. */
export function textAt(value: unknown, ...keys: readonly string[]): string | null {
  const found = at(value, ...keys);
  return typeof found === 'string' && found !== '' ? found : null;
}
