import { joinedLines, type Shown, visibleDocument, wrap } from '../../report/index.ts';
import type { Terminal } from '../streams.ts';

/** The narrowest second column that is worth having; narrower, its text goes on below the first. */
const narrowest = 24;
const indented = 6;

/** A line as it is laid out in a width: what is to be written, and the columns by which its further lines are indented. */
function layOut(line: string, width: number): { readonly text: string; readonly hanging: number } {
  const [, left = '', gap = '', right] = /^( *\S.*?)( {2,})(?=\S)(.*)$/.exec(line) ?? [];
  if (right === undefined) return { text: line, hanging: line.search(/[^ ]|$/) + 2 };
  const hanging = left.length + gap.length;
  return hanging + narrowest <= width ? { text: line, hanging } : { text: `${left}  ${right}`, hanging: indented };
}

/** A text of ready lines, some of them in two columns, fitted to the terminal that it is for: unchanged where there is no terminal, or one without a width. */
export function fitPage(text: string, { isTTY, columns }: Terminal): Shown {
  if (!isTTY || !(columns > 0)) return visibleDocument(text);
  return joinedLines(
    text.split('\n').map((line) => {
      const laidOut = layOut(line, columns);
      const layout = { color: false, width: columns };
      return line.length <= columns
        ? visibleDocument(line)
        : wrap([{ text: laidOut.text, style: 'plain' }], laidOut.hanging, layout);
    }),
  );
}
