import { visible } from '../text/visible.ts';
import type { PictureBox } from './build-picture.ts';

/** Where a box stands and what is written in it, in units of which one is a pixel at the page's own size. */
export interface PlacedBox {
  readonly box: PictureBox;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: readonly string[];
  readonly verdict: readonly string[];
  readonly lines: readonly string[];
}

export interface PictureLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
}

/** Measures of the drawing. A character of the fonts that are asked for is at most 0.61 of their height wide. */
export const measures = { character: 7.4, line: 17, padding: 10, gap: 14, gutter: 36 } as const;

/** Characters of a line. */
const mostCharacters = 32;
/** Lines of a text, and of a verdict, whose reason stands last: the rest stands in the title, and beneath the picture. */
const [mostLines, mostVerdictLines] = [4, 8];

/** A text's characters: what is longer than one unit counts once. */
function charactersOf(text: string): string[] {
  return Array.from(text);
}

/** The text in lines of the given length, broken behind what parts names and addresses; beyond the last line it ends in `…`. */
export function brokenText(text: string, most = mostCharacters, limit = mostLines): readonly string[] {
  const lines: string[] = [''];
  for (const part of visible(text).split(/(?<=[ /:@,.=-])/u)) {
    const characters = charactersOf(part);
    while (characters.length > 0) {
      const line = lines.at(-1) ?? '';
      const room = most - charactersOf(line).length;
      if (characters.length > room && line !== '') {
        lines.push('');
        continue;
      }
      lines[lines.length - 1] = line + characters.splice(0, room).join('');
    }
  }
  const shown = lines.map((line) => line.trimEnd()).filter((line) => line !== '');
  if (shown.length <= limit) return shown;
  const last = charactersOf(shown[limit - 1] ?? '')
    .slice(0, most - 1)
    .join('');
  return [...shown.slice(0, limit - 1), `${last}…`];
}

type Written = Omit<PlacedBox, 'x' | 'y' | 'width'> & { readonly characters: number };

function written(box: PictureBox): Written {
  const title = brokenText(box.title);
  const verdict = box.verdict === null ? [] : brokenText(box.verdict, mostCharacters, mostVerdictLines);
  const lines = box.lines.flatMap((line) => brokenText(line));
  const all = [...title, ...verdict, ...lines];
  const characters = Math.max(4, ...all.map((line) => charactersOf(line).length));
  return { box, title, verdict, lines, height: all.length * measures.line + 2 * measures.padding, characters };
}

/**
 * The row of each box: a box stands in the row of the first that follows it and in which nothing stood yet, so that a chain is a
 * straight line, and no two boxes share a row and a column.
 */
function rowsOf(boxes: readonly PictureBox[]): ReadonlyMap<PictureBox, number> {
  const rows = new Map<PictureBox, number>();
  let count = 0;
  const place = (box: PictureBox): number => {
    const known = rows.get(box);
    if (known !== undefined) return known;
    const own = boxes.filter((next) => next.from.includes(box) && !rows.has(next)).map(place);
    const row = own[0] ?? count++;
    rows.set(box, row);
    return row;
  };
  for (const box of boxes) if (box.from.length === 0) place(box);
  return rows;
}

/** Boxes in columns from left to right, the rows as high as the highest box in them. Every arrow leads to the next column. */
export function layOut(boxes: readonly PictureBox[]): PictureLayout {
  const rows = rowsOf(boxes);
  const texts = boxes.map(written);
  const widths: number[] = [];
  const heights: number[] = [];
  for (const { box, characters, height } of texts) {
    const row = rows.get(box) ?? 0;
    widths[box.column] = Math.max(widths[box.column] ?? 0, characters * measures.character + 2 * measures.padding);
    heights[row] = Math.max(heights[row] ?? 0, height);
  }
  const startOf = (sizes: readonly number[], between: number): readonly number[] => {
    let next = 0;
    return Array.from(sizes, (size) => {
      const start = next;
      next += (size ?? 0) + (size === undefined ? 0 : between);
      return start;
    });
  };
  const [lefts, tops] = [startOf(widths, measures.gutter), startOf(heights, measures.gap)];
  const placed = texts.map((text): PlacedBox => {
    const [x, y] = [lefts[text.box.column] ?? 0, tops[rows.get(text.box) ?? 0] ?? 0];
    return { ...text, x, y, width: widths[text.box.column] ?? 0 };
  });
  return {
    width: Math.max(0, ...placed.map(({ x, width }) => x + width)),
    height: Math.max(0, ...placed.map(({ y, height }) => y + height)),
    boxes: placed,
  };
}
