import { describe, expect, it } from 'vitest';
import { cell, code, prose } from '../../../../src/report/check/markdown-report.ts';

describe('text of others in Markdown', () => {
  it.each([
    ['an address', 'see www.evil.example'],
    ['a picture in words', ':white_check_mark: allowed'],
    ['a thumb', ':+1:'],
    ['an issue of GitHub', 'closes GH-12'],
    ["a merge request of GitLab's", 'see !12'],
    ['a mention', 'ask @everybody'],
    ['an issue', 'fixes #1'],
    ['a formula', '$x$'],
  ])('is code where a forge would make more of it: %s', (_, text) => {
    expect(prose(text)).toBe(`\`${text}\``);
  });

  it.each(['line 3:6: no such stage', 'a stage: build', 'it is 12:30', 'not signed!'])(
    'is else as it is: %s',
    (text) => {
      expect(prose(text)).toBe(text);
    },
  );

  it('has a backslash before a stroke in a table, and none elsewhere in code', () => {
    expect(code('a|b')).toBe('`a|b`');
    expect(cell(code('a|b'))).toBe('`a\\|b`');
    expect(cell(prose('a|b'))).toBe('a\\|b');
  });
});
