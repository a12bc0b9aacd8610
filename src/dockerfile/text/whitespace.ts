const spaces = new Set([
  ...'\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000'.split(''),
  ...Array.from({ length: 11 }, (_, index) => String.fromCodePoint(0x2000 + index)),
]);

/** Whether `char` is white space to Go's `unicode.IsSpace`, which BuildKit asks (JavaScript's `\s` differs in two characters). */
export function isSpace(char: string): boolean {
  return spaces.has(char);
}

/** `text` without white space at its beginning. */
export function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && isSpace(text.charAt(start))) start++;
  return text.slice(start);
}

/** `text` without white space at both ends. */
export function trim(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charAt(end - 1))) end--;
  return trimStart(text.slice(0, end));
}

/** `text` split at runs of the blanks that separate a Dockerfile's words. */
export function splitBlanks(text: string): readonly string[] {
  return text.split(/[\t\v\f\r ]+/);
}

/** `text` cut in two at its first run of blanks; the second part is null where there is none. */
export function cutBlanks(text: string): readonly [string, string | null] {
  const blanks = /[\t\v\f\r ]+/.exec(text);
  if (blanks === null) return [text, null];
  return [text.slice(0, blanks.index), text.slice(blanks.index + blanks[0].length)];
}
