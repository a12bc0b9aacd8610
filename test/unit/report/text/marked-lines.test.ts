import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../../fixtures/report/', import.meta.url).pathname;

/** What says the same as a mark to somebody who does not see it, or to whom a reader reads `check mark` at most. */
const words: Readonly<Record<string, RegExp>> = {
  '✓': /(?<!\bnot )\b(?:allowed|signed by|verifies|in the lock)\b/,
  '✗': /(?<!\bnot )\b(?:refused|blocked|unsigned|signed, but by|does not verify)\b/,
  '!': /\b(?:warned|warning|no rule covers it|cache import denied)\b/,
  '?': /\b(?:cannot be read|not verified|not known|could not)\b/,
};

/** The lines of a text that begin with a mark, each with those that go on with it, indented, where it did not fit. */
function markedLines(text: string): readonly (readonly [mark: string, line: string])[] {
  const marked = /^[ │]*(?:[├└]─ )?([✓✗!?]) .*(?:\n[ │]{4,}[^\s│].*)*/gm;
  return [...text.matchAll(marked)].map(([lines, mark = '']) => [mark, lines.trim().replaceAll(/\n[ │]*/g, ' ')]);
}

const files = globSync('**/*.txt', { cwd: folder }).toSorted();
const lines = files.flatMap((file) =>
  markedLines(readFileSync(`${folder}${file}`, 'utf8')).map(([mark, line]) => ({ file, mark, line })),
);

describe('a line with a mark', () => {
  it('is met with each of the marks', () => {
    expect(lines.length).toBeGreaterThan(60);
    expect(new Set(lines.map(({ mark }) => mark))).toEqual(new Set(Object.keys(words)));
  });

  it.each(lines)('says in words what the mark says ($file: $line)', ({ mark, line }) => {
    expect(line).toMatch(words[mark] ?? /^$/);
  });
});
