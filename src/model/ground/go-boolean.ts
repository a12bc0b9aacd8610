const truths = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const falsehoods = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** The boolean that Go's strconv.ParseBool reads, null where it reads none. */
export function parseGoBoolean(text: string): boolean | null {
  if (truths.has(text)) return true;
  return falsehoods.has(text) ? false : null;
}
