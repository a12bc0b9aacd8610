/** What the reference says of a finding. */
export interface FindingExplanation {
  /** A few words that stand beside an image's name. */
  readonly headline: string;
  readonly meaning: string;
  readonly cure: string;
}

/** Explained codes as sections of the reference, in Markdown, in the order of the table. */
export function referenceSections(
  explained: Readonly<Record<string, Pick<FindingExplanation, 'meaning' | 'cure'>>>,
): string {
  const sections = Object.entries(explained).map(
    ([code, { meaning, cure }]) => `### \`${code}\`\n\n${meaning}\n\n**Cure:** ${cure}\n`,
  );
  return sections.join('\n');
}
