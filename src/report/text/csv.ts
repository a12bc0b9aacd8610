import { page, type Shown, visible } from './visible.ts';

/** A spreadsheet takes a cell for a formula that begins with one of these (OWASP, CSV injection). */
const formula = /^[=+\-@\t\r]/;

function cell(text: string): string {
  const harmless = formula.test(text) ? `'${text}` : text;
  return /[",\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A table with a line of titles, as RFC 4180 has it but for line ends. Each row is one line. */
export function csvDocument(titles: readonly string[], rows: readonly (readonly string[])[]): Shown {
  return page([titles, ...rows].map((row) => visible(row.map((text) => cell(visible(text))).join(','))));
}
