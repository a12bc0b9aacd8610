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

function linesOf(text: string): readonly string[] {
  const consoles = [...text.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    [...block.matchAll(/^\$ (.*)$/gm)].map(([, line = '']) => line.replace(/\s+#.*$/, '').trim()),
  );
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  const spans = [...prose.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, span = '']) => span.trim());
  return [...consoles, ...spans.filter((span) => programs.test(span) && /\s/.test(span) && !notACommand.test(span))];
}

/** Every command line of README.md and docs, as it is written there, once; `exit $?` and the like are part of another. */
export function documentedCommands(): readonly DocumentedCommand[] {
  const pages = [
    'README.md',
    ...readdirSync('docs')
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name)),
  ];
  const found = new Map<string, Set<string>>();
  for (const page of pages)
    for (const line of linesOf(readFileSync(page, 'utf8')).filter((each) => each !== 'echo $?'))
      found.set(line, (found.get(line) ?? new Set()).add(page));
  return [...found].map(([line, names]) => ({ line, pages: [...names] }));
}
