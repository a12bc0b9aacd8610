import { findingExplanations } from './findings.ts';

/** The reference of all findings as Markdown, in the order of the table. */
export function renderFindingReference(): string {
  const sections = Object.entries(findingExplanations).map(
    ([code, { meaning, cure }]) => `### \`${code}\`\n\n${meaning}\n\n**Cure:** ${cure}\n`,
  );
  const opening =
    'Every finding that a report can carry, by its code. This list is generated from `src/report/findings.ts`.';
  return `# Findings\n\n${opening}\n\n${sections.join('\n')}`;
}
