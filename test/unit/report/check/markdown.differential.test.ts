import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cell, code, prose } from '../../../../src/report/check/markdown-report.ts';
import { hostileText } from '../hostile.ts';

const hasParser = spawnSync('cmark-gfm', ['--version']).status === 0;

/** What GitHub Flavored Markdown makes of something else than words. */
const weapons = [
  '[click](https://evil.example)',
  '[click](evil)',
  '![](evil.png)',
  'https://evil.example',
  'www.evil.example',
  'WWW.evil.example/x',
  'mallory@evil.example',
  '<img src=x>',
  '<details open>',
  '**allowed**',
  '~~blocked~~',
  '\\|',
  '\\\\|',
  '`|`',
  '``',
  '\\',
  '|',
  '|---|---|',
  '# ',
  '- [x] ',
  '1. ',
  '&lt;',
  ' ',
  'x',
] as const;

const texts = fc.array(
  fc.array(fc.oneof(fc.constantFrom(...weapons), hostileText), { maxLength: 6 }).map((parts) => parts.join('')),
  { minLength: 1, maxLength: 40 },
);

function htmlOf(markdown: string): string {
  const extensions = ['table', 'strikethrough', 'autolink', 'tasklist'].flatMap((name) => ['-e', name]);
  const { status, stdout } = spawnSync('cmark-gfm', ['--unsafe', ...extensions], { input: markdown, encoding: 'utf8' });
  expect(status).toBe(0);
  return stdout;
}

const ours = ['table', 'thead', 'tbody', 'tr', 'th', 'td', 'code', 'ul', 'li', 'p'];

function strangeTags(html: string): readonly string[] {
  const tags = [...html.matchAll(/<\/?([a-z][a-z0-9]*)([^>]*)>/gi)];
  return tags.flatMap(([tag, name = '', more]) => (ours.includes(name) && more === '' ? [] : [tag]));
}

describe.skipIf(!hasParser)('text of others in Markdown, to cmark-gfm (skipped where that is not installed)', () => {
  it('stays text, in its own cell, whatever it holds', () => {
    fc.assert(
      fc.property(texts, (all) => {
        const rows = all.map((text) => `| ${cell(code(text))} | ${cell(prose(text))} | end |`);
        const items = all.flatMap((text) => [`- x: ${prose(text)}`, `- x: ${code(text)}`]);
        const html = htmlOf(['| a | b | c |', '|---|---|---|', ...rows, '', ...items, ''].join('\n'));
        expect(strangeTags(html)).toEqual([]);
        expect(html.match(/<td>end<\/td>\n<\/tr>/g)).toHaveLength(all.length);
        expect(html.match(/<li>/g)).toHaveLength(2 * all.length);
      }),
      { numRuns: 150 },
    );
  });

  it('would be a link, a picture or another cell as it is', () => {
    for (const weapon of ['[click](evil)', '![](evil.png)', 'www.evil.example', '<img src=x>', '**allowed**'])
      expect(strangeTags(htmlOf(`- ${weapon}\n`))).not.toEqual([]);
    const torn = htmlOf(`| a | b |\n|---|---|\n| ${code('x|[click](evil)')} | b |\n`);
    expect(strangeTags(torn)).not.toEqual([]);
  });
});
