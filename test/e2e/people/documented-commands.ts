import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a page names a command line. */
export interface DocumentedCommand {
  readonly line: string;
  readonly pages: readonly string[];
}

const programs = /^(?:sudo )?(?:docker[ -]verify|docker|make|scripts\/\w+)(?: |$)/;

/** What is meant by a way to write a command line: its synopsis, as a reference gives it, or words of another tool. */
const notACommand = /COMMAND|\[|^docker (?:trust|scout|login|pull|push|run|info|system)|…$/;

/** The lines below `Examples:`, as the help of a command lays them out: the command, two spaces or more, what it does. */
function examplesOf(text: string): readonly string[] {
  return [...text.matchAll(/^Examples:\n((?: {2}\S.*\n)+)/gm)].flatMap(([, block = '']) =>
    block
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/)[0] ?? ''),
  );
}

function linesOf(text: string): readonly string[] {
  const consoles = [...text.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    [...block.matchAll(/^\$ (.*)$/gm)].map(([, line = '']) => line.replace(/\s+#.*$/, '').trim()),
  );
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  const spans = [...prose.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, span = '']) => span.trim());
  return [
    ...consoles,
    ...examplesOf(text),
    ...spans.filter((span) => programs.test(span) && /\s/.test(span) && !notACommand.test(span)),
  ];
}

/** Every command line of README.md and of all pages below docs, as it is written there, once; `exit $?` and the like are part of another. */
export function documentedCommands(): readonly DocumentedCommand[] {
  const pages = [
    'README.md',
    ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
      .toSorted()
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name)),
  ];
  const found = new Map<string, Set<string>>();
  for (const page of pages)
    for (const line of linesOf(readFileSync(page, 'utf8')).filter((each) => each !== 'echo $?'))
      found.set(line, (found.get(line) ?? new Set()).add(page));
  return [...found].map(([line, names]) => ({ line, pages: [...names] }));
}
