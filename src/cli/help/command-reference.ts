import type { CommandRow } from '../command-row.ts';
import { commandTable, rowOf } from '../command-table.ts';
import { type CommandPage, commandPages, pageOf } from './command-pages.ts';
import { commandHelp, ownOptionLines } from './help.ts';

function rowNamed(name: string): CommandRow {
  const row = rowOf(name);
  if (row === null) throw new Error(`the reference names ${name}, which is no command`);
  return row;
}

/** As GitHub makes an anchor of a heading. */
const anchorOf = (name: string): string => name.replaceAll(' ', '-');

const escapedCell = (text: string): string => text.replaceAll('|', '\\|');

function table(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([left, right]) => `| ${escapedCell(left)} | ${escapedCell(right)} |\n`).join('');
}

function linkFrom(folder: string, name: string): string {
  return `[\`${name}\`](${folder}${pageOf(name).file}.md#${anchorOf(name)})`;
}

/** One page of the reference as Markdown: the help of its commands. */
export function renderCommandPage({ title, about, commands, also }: CommandPage): string {
  const sections = commands.map(
    (name) => `## \`${name}\`\n\n\`\`\`text\n${commandHelp(rowNamed(name), 100).trimEnd()}\n\`\`\`\n`,
  );
  const others = also.map(([name, purpose]) => `- ${linkFrom('', name)} ${purpose}`).join('\n');
  const besides = others === '' ? '' : `\nOn other pages:\n\n${others}\n`;
  const opening = `${about} The options of docker verify that every command takes stand in [the overview](../commands.md#our-options). Generated from \`src/cli/table/\`.`;
  const here = table(commands.map((name) => [linkFrom('', name), rowNamed(name).summary]));
  return `# ${title}\n\n${opening}\n\n| command | does |\n|---|---|\n${here}${besides}\n${sections.join('\n')}`;
}

/** The overview of the reference as Markdown: every command by what one looks for, our options, the exit statuses. */
export function renderCommandReference(): string {
  const pages = commandPages.map(({ file, title, about, commands }) => {
    const rows = table(commands.map((name) => [linkFrom('commands/', name), rowNamed(name).summary]));
    return `## [${title}](commands/${file}.md)\n\n${about}\n\n| command | does |\n|---|---|\n${rows}`;
  });
  const statuses = [...new Set(commandTable.flatMap((row) => row.statuses.map(([status]) => status)))];
  const opening = 'Every command, by what you look for. Generated from `src/cli/table/`.';
  const ours = `## Our options\n\nWhere Docker builds (\`build\`, \`bake\`) they have the prefix \`--verify-\`.\n\n\`\`\`text\n${ownOptionLines('').join('\n')}\n\`\`\`\n`;
  const ends = `## Exit statuses\n\n${statuses.toSorted((one, other) => one - other).join(', ')}: what each means for a command stands with the command, and for all of them in [contracts.md](contracts.md).\n`;
  return `# Commands\n\n${opening}\n\n${pages.join('\n')}\n${ours}\n${ends}`;
}
