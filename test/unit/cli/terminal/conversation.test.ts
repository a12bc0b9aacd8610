import { expect, it } from 'vitest';
import { questionLines } from '../../../../src/cli/terminal/conversation.ts';

const question = 'Trust key acme for registry.example.com/base? What it has not signed is refused. [y/N/?] ';

it.each([null, 200])('a question stands on one line where it has room: %s', (width) => {
  expect(questionLines(question, width)).toEqual([[], question]);
});

it.each([40, 60, 90])('a question is broken between words in %i columns, and leaves room for its answer', (width) => {
  const [above, last] = questionLines(question, width);
  expect(above.length).toBeGreaterThan(0);
  expect(Math.max(...[...above, last].map((line) => line.length))).toBeLessThanOrEqual(width - 10);
  expect(last.endsWith(' [y/N/?] ')).toBe(true);
  expect([...above, last].map((line) => line.trim()).join(' ')).toBe(question.trim());
});
