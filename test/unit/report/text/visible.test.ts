import { describe, expect, it } from 'vitest';
import { visible } from '../../../../src/report/index.ts';

describe('what is made visible', () => {
  it('leaves all other text alone', () => {
    for (const text of ['Ünïcödé 中文 🎉', 'a::b', 'C:\\path', '# one', 'docker.io/library/alpine:3.20@sha256:00'])
      expect(visible(text)).toBe(text);
  });

  it('escapes what GitHub Actions obeys at the beginning of a line, however it is indented, and nowhere else', () => {
    expect(visible('::error::x')).toBe('\\u003a:error::x');
    expect(visible(' \u00a0 ::error::x')).toBe(' \u00a0 \\u003a:error::x');
    expect(visible('x ::error::x')).toBe('x ::error::x');
  });
});
