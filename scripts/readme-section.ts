import { readFileSync, writeFileSync } from 'node:fs';

const readme = new URL('../README.md', import.meta.url);

/** Headings one level deeper, so that a document of its own fits into the README as a section. */
function demoted(text: string): string {
  return text.replace(/^(#+) /gm, '#$1 ').trim();
}

function marks(name: string): readonly [string, string] {
  return [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
}

/** What stands between the marks of a section of the README. */
export function readSection(name: string): string {
  const [begin, end] = marks(name);
  const text = readFileSync(readme, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`README.md has no section "${name}"`);
  return text.slice(from + begin.length, to);
}

/** A generated document as it stands in the README. */
export function asSection(text: string): string {
  return demoted(text);
}

/** Puts a generated document into its section of the README. */
export function writeSection(name: string, text: string): void {
  const old = readSection(name);
  writeFileSync(
    readme,
    readFileSync(readme, 'utf8').replace(old, () => asSection(text)),
  );
}
