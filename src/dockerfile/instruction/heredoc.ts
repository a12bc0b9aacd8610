import { expandWords } from '../shell/shell-word.ts';

/** A heredoc as its word announces it (`<<EOF`, `3<<-"EOF"`). */
export interface HeredocMark {
  readonly name: string;
  /** Whether variables in its text are expanded: the name is not quoted. */
  readonly expands: boolean;
  /** Whether leading tabs are cut off (`<<-`). */
  readonly cutsTabs: boolean;
}

const shape = /^\d*<<(-?)[\t\n\f\r ]*([^<]*)$/;
const quotes = /['"]/g;

/**
 * The heredoc that a word announces, null where it announces none.
 * @throws VerifyError `dockerfile.invalid`, without a place, for quotes that do not end
 */
function parseHeredocMark(word: string): HeredocMark | null {
  const match = shape.exec(word);
  const rest = match?.[2] ?? '';
  if (match === null || rest === '') return null;
  const unset = (): null => null;
  const words = expandWords(rest, unset, { escape: '\\', keepUnset: true });
  const [name] = words;
  if (name === undefined || words.length !== 1) return null;
  const [raw = ''] = expandWords(rest, unset, { escape: '\\', keepUnset: true, rawQuotes: true });
  const count = (text: string): number => text.match(quotes)?.length ?? 0;
  return { name, expands: count(name) === count(raw), cutsTabs: match[1] === '-' };
}

/** The heredocs that a line announces, in order. A line whose quotes do not end announces none, whatever it holds. */
export function heredocsOfLine(line: string): readonly HeredocMark[] {
  if (!line.includes('<<')) return [];
  let words: readonly string[];
  try {
    words = expandWords(line, () => null, { escape: '\\', keepUnset: true, rawQuotes: true, rawEscapes: true });
  } catch {
    return [];
  }
  return words.map(parseHeredocMark).filter((mark) => mark !== null);
}

/** The heredoc that an argument announces; one with quotes that do not end announces none. */
export function heredocOfArgument(word: string): HeredocMark | null {
  try {
    return parseHeredocMark(word);
  } catch {
    return null;
  }
}
