/** How a chain of bases can be drawn, besides the formats of every report. */
export type Drawing = 'mermaid' | 'dot' | 'svg';

export const drawings: readonly Drawing[] = ['mermaid', 'dot', 'svg'];

function drawingOf(value: string | undefined): Drawing | null {
  return drawings.find((drawing) => drawing === value) ?? null;
}

/** Takes `--format mermaid|dot|svg` out of a command line; the other formats are everybody's. */
export function takeLineageFormat(args: readonly string[]): {
  readonly drawing: Drawing | null;
  readonly others: readonly string[];
} {
  let drawing: Drawing | null = null;
  const others: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    const match = /^--(?:verify-)?format(?:=(.*))?$/.exec(word);
    const found = match === null ? null : drawingOf(match[1] ?? args[index + 1]);
    if (match === null || found === null) others.push(word);
    else {
      drawing = found;
      index += match[1] === undefined ? 1 : 0;
    }
  }
  return { drawing, others };
}
