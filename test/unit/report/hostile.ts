import fc from 'fast-check';

/** Words that rule a terminal, a log or a reader's eye, and what closes each markup that they could stand in. */
const weapons = [
  '\u001b[2J',
  '\u001b]8;;https://evil.example\u0007',
  '\u009b31m',
  '\u0085',
  '\r',
  '\b',
  '\n',
  '\n::error::pwned',
  '\n  ::add-mask::x',
  '::error::pwned',
  '::set-output name=x::y',
  '##[error]pwned',
  '##vso[task.setvariable variable=PATH]/evil',
  "##teamcity[message text='x']",
  '\u202eallowed\u202c',
  '\u2066x\u2069',
  '\u2028',
  '\u2029',
  '\u200b',
  '\ufeff',
  '\udc00',
  '\u{e0041}',
  '&#27;',
  '&#10;::error::x',
  '"',
  "'",
  '\\',
  '`',
  '|',
  '<!--',
  ']]>',
  '</title><script>x</script>',
  ' ',
] as const;

/** Text as somebody who means no good would choose it. */
export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...weapons), fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 8 })
  .map((parts) => parts.join(''));

/** What must never come out: a character that is not to be seen but a line end, or a command to what keeps a log. */
const harmful = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u{e0000}-\u{e007f}]|##(?:vso|teamcity)?\[|^[^\S\n]*::/imu;

/** What of `text` would do harm where it is printed; null for nothing. */
export function harmIn(text: string): string | null {
  return harmful.exec(text)?.[0] ?? null;
}

/** The document with every text in it, names of fields included where `keys` says so, replaced by what `next` gives. */
export function poisoned(value: unknown, next: () => string, keep: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return next();
  if (Array.isArray(value)) return value.map((item) => poisoned(item, next, keep));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, keep.has(name) ? item : poisoned(item, next, keep)]),
  );
}
