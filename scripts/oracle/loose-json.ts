/** JSON in which an object may have a key twice: its pairs in order, each key as it is written between the quotes. */
export type Loose = string | number | boolean | null | Loose[] | LooseObject;
export interface LooseObject {
  readonly pairs: [key: string, value: Loose][];
}

/** Whether a value is an object. */
export function isLooseObject(value: Loose): value is LooseObject {
  return typeof value === 'object' && value !== null && 'pairs' in value;
}

/** The text of loose JSON. Numbers that JSON has no word for are written as huge ones. */
export function looseText(value: Loose): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return '1e999';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if ('pairs' in value) return `{${value.pairs.map(([key, each]) => `"${key}":${looseText(each)}`).join(',')}}`;
  return `[${value.map(looseText).join(',')}]`;
}

/** What JSON.parse answers, as loose JSON. */
function loosened(value: unknown): Loose {
  if (Array.isArray(value)) return value.map(loosened);
  if (typeof value === 'object' && value !== null) {
    return { pairs: Object.entries(value).map(([key, each]) => [JSON.stringify(key).slice(1, -1), loosened(each)]) };
  }
  return value as string | number | boolean | null; // all that JSON.parse answers beside lists and objects
}

/** Reads a text; null where it is no JSON, or nothing but a single value. Of a key that is there twice the last counts. */
export function readLoose(text: string): Loose[] | LooseObject | null {
  try {
    const value = loosened(JSON.parse(text));
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
