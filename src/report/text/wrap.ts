import { paintedLines, type Shown, visible } from './visible.ts';

export type Style = 'plain' | 'bold' | 'dim' | 'good' | 'caution' | 'bad';

/** A piece of a line, which is made visible when it is laid out, and how it is painted. */
export interface Piece {
  readonly text: string;
  readonly style: Style;
}

/** How text is laid out. */
export interface Layout {
  readonly color: boolean;
  /** Columns; null: lines are not broken. */
  readonly width: number | null;
  /** Rows of a terminal: what says less is told together where all would not fit. Left out: everything is told. */
  readonly height?: number;
}

const codes: Readonly<Record<Style, readonly [string, string]>> = {
  plain: ['', ''],
  bold: ['\u001b[1m', '\u001b[22m'],
  dim: ['\u001b[2m', '\u001b[22m'],
  good: ['\u001b[32m', '\u001b[39m'],
  caution: ['\u001b[33m', '\u001b[39m'],
  bad: ['\u001b[31m', '\u001b[39m'],
};

function paint({ text, style }: Piece, color: boolean): string {
  const bare = text.trimEnd();
  if (!color || bare === '') return text;
  return codes[style][0] + bare + codes[style][1] + text.slice(bare.length);
}

/** Columns that are left for text behind an indentation, and what is left of that where the terminal is narrower still. */
const [leastText, leastIndent] = [20, 2];

/** The pieces cut into words, each with the spaces that follow it. */
function words(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.flatMap(({ text, style }) =>
    visible(text)
      .split(/(?<= )(?! )/)
      .map((word) => ({ text: word, style })),
  );
}

/** Adds a word to a line, as part of its last piece where that is painted alike. */
function append(line: Piece[], word: Piece): void {
  const last = line.at(-1);
  if (last?.style === word.style) line[line.length - 1] = { text: last.text + word.text, style: word.style };
  else line.push(word);
}

/**
 * One paragraph: the pieces one after another, broken at spaces where the width asks for it. Words are never cut, so
 * an identity or a digest always stands there whole and can be copied.
 * @param hanging columns by which the lines after the first are indented; fewer where the terminal is narrow, or a word is long
 * @param rail what those lines begin with, as a part of their indentation: one character of a drawing
 */
export function wrap(pieces: readonly Piece[], hanging: number, { color, width }: Layout, rail: '│' | '' = ''): Shown {
  const limit = width ?? Number.POSITIVE_INFINITY;
  const indent = Math.min(hanging, Math.max(leastIndent, limit - leastText));
  const leastHere = rail === '' ? 0 : leastIndent;
  // a word that is whole only further to the left goes there: a terminal would cut it
  const indentFor = (length: number): number =>
    length > limit ? indent : Math.max(leastHere, Math.min(indent, limit - length));
  const lines: Piece[][] = [[]];
  let [column, wordsInLine, afterSpace] = [0, 0, false];
  for (const word of words(pieces)) {
    const length = word.text.trimEnd().length;
    if (column + length > limit && wordsInLine > 0 && afterSpace) {
      column = indentFor(length);
      lines.push([{ text: rail.padEnd(column), style: rail === '' ? 'plain' : 'dim' }]);
      wordsInLine = 0;
    }
    append(lines.at(-1) ?? [], word);
    column += word.text.length;
    if (length > 0) wordsInLine += 1;
    afterSpace = word.text.endsWith(' ');
  }
  const laidOut = lines.map((line) =>
    line
      .map((piece) => paint(piece, color))
      .join('')
      .trimEnd(),
  );
  return paintedLines(laidOut);
}

/** One line for people, without colours, broken between words where a terminal of so many columns would break it anywhere. */
export function wrapLine(text: string, width: number | null): Shown {
  return wrap([{ text, style: 'plain' }], leastIndent, { color: false, width });
}
