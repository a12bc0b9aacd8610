import { describe, expect, it } from 'vitest';
import { fitPage } from '../../../../src/cli/terminal/fit-page.ts';

const page =
  'Commands:\n  check    looks at every image of a build without building it\n  a-very-long-command-name-indeed  says something';

describe('a page of two columns', () => {
  it.each([
    { isTTY: false, columns: 40 },
    { isTTY: true, columns: 0 },
  ])('stays as it is where its width is unknown: %j', (terminal) => {
    expect(fitPage(page, terminal)).toBe(page);
  });

  it('is wrapped within its second column, and below the first where that leaves too little', () => {
    const lines = fitPage(page, { isTTY: true, columns: 40 }).split('\n');
    expect(lines.filter((line) => line.length > 40)).toEqual([]);
    expect(lines.slice(0, 3)).toEqual([
      'Commands:',
      '  check    looks at every image of a',
      '           build without building it',
    ]);
    expect(lines.slice(3).join('\n')).toBe('  a-very-long-command-name-indeed  says\n      something');
  });

  it('is wrapped by its own indent where it has one column', () => {
    expect(fitPage(`  ${'word '.repeat(12).trim()}`, { isTTY: true, columns: 30 })).toMatch(/^ {2}word.*\n {4}word/);
  });

  it('never lets control characters through', () => {
    expect(fitPage('a\u001b[2J', { isTTY: true, columns: 80 })).not.toContain('\u001b');
    expect(fitPage('a\u001b[2J', { isTTY: false, columns: 80 })).not.toContain('\u001b');
  });
});
