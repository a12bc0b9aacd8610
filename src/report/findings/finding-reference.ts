import { referenceSections } from './finding-explanation.ts';
import { findingExplanations } from './findings.ts';

/** The reference of all findings as Markdown, in the order of the table. */
export function renderFindingReference(): string {
  const opening =
    'Every finding that a report can carry, by its code. This list is generated from `src/report/findings/findings.ts`.';
  return `# Findings\n\n${opening}\n\n${referenceSections(findingExplanations)}`;
}
