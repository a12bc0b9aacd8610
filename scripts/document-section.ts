import { readFileSync, writeFileSync } from 'node:fs';

/** The documents that hold a section which a program writes or a test reads, by the name in its marks. */
const documents = {
  policies: new URL('../docs/policy.md', import.meta.url),
  'truth table': new URL('../docs/policy.md', import.meta.url),
  findings: new URL('../docs/findings.md', import.meta.url),
  errors: new URL('../docs/findings.md', import.meta.url),
  commands: new URL('../docs/commands.md', import.meta.url),
  'commands/everyday': new URL('../docs/commands/everyday.md', import.meta.url),
  'commands/policies': new URL('../docs/commands/policies.md', import.meta.url),
  'commands/inside-images': new URL('../docs/commands/inside-images.md', import.meta.url),
  'commands/records': new URL('../docs/commands/records.md', import.meta.url),
  'commands/machines-and-ci': new URL('../docs/commands/machines-and-ci.md', import.meta.url),
};

export type SectionName = keyof typeof documents;

function marks(name: SectionName): readonly [string, string] {
  return [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
}

/**
 * What stands between the marks of a section.
 * @throws Error where the document has no such section
 */
export function readSection(name: SectionName): string {
  const [begin, end] = marks(name);
  const text = readFileSync(documents[name], 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${documents[name].pathname} has no section "${name}"`);
  return text.slice(from + begin.length, to);
}

/** A generated text as it stands in its document. */
export function asSection(text: string): string {
  return text.trim();
}

/** Puts a generated text into its section. */
export function writeSection(name: SectionName, text: string): void {
  const old = readSection(name);
  writeFileSync(
    documents[name],
    readFileSync(documents[name], 'utf8').replace(old, () => asSection(text)),
  );
}
