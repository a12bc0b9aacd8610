import { describe, expect, it } from 'vitest';
import { wrap } from '../../../../src/report/text/wrap.ts';

const layout = { color: false, width: 30 };

describe('wrap', () => {
  it('breaks at spaces and indents the lines that follow', () => {
    const text = 'found     one two three four five six seven';
    expect(wrap([{ text, style: 'plain' }], 10, layout)).toBe('found     one two three four\n          five six seven');
  });

  it('never cuts a word, however long', () => {
    const word = 'https://github.com/acme/images/.github/workflows/release.yml';
    expect(wrap([{ text: `by ${word} (GitHub)`, style: 'plain' }], 4, layout)).toBe(`by\n    ${word}\n    (GitHub)`);
  });

  it('moves a word to the left that would be whole only there', () => {
    const digest = `(sha256:${'0'.repeat(20)})`;
    const text = `expected  a key acme ${digest} or another`;
    const lines = wrap([{ text, style: 'plain' }], 10, layout).split('\n');
    expect(lines).toEqual(['expected  a key acme', ` ${digest}`, '          or another']);
    const drawn = wrap([{ text, style: 'plain' }], 10, layout, '│').split('\n');
    expect(drawn[1]).toBe(`│ ${digest}`);
  });

  it('keeps everything on one line without a width', () => {
    const text = 'word '.repeat(100).trim();
    expect(wrap([{ text, style: 'plain' }], 4, { color: false, width: null })).toBe(text);
  });

  it('does not break between pieces that no space parts', () => {
    const pieces = [
      { text: 'twenty-eight characters here', style: 'bold' },
      { text: '-and-more', style: 'plain' },
    ] as const;
    expect(wrap(pieces, 2, layout)).toBe('twenty-eight characters here-and-more');
  });

  it('leaves the spaces outside of the colour', () => {
    const pieces = [
      { text: 'a  ', style: 'bad' },
      { text: 'b', style: 'plain' },
    ] as const;
    expect(wrap(pieces, 0, { color: true, width: 80 })).toBe('\u001b[31ma\u001b[39m  b');
  });
});
