import { commandTable } from '../command-table.ts';
import { commandHelp, ownOptionLines } from './help.ts';

/** The reference of all commands as Markdown: the help of each, in the order of the table. */
export function renderCommandReference(): string {
  const sections = commandTable.map(
    (row) => `## \`${row.name}\`\n\n\`\`\`text\n${commandHelp(row, 100).trimEnd()}\n\`\`\`\n`,
  );
  const opening =
    'Every command with its options, formats, examples and exit statuses. Generated from `src/cli/table/`.';
  const ours = `## Our options\n\nWhere Docker builds (\`build\`, \`bake\`) they have the prefix \`--verify-\`.\n\n\`\`\`text\n${ownOptionLines('').join('\n')}\n\`\`\`\n`;
  return `# Commands\n\n${opening}\n\n${ours}\n${sections.join('\n')}`;
}
