import { describe, expect, it } from 'vitest';
import { describeError } from '../../../src/cli/describe-error.ts';
import { VerifyError } from '../../../src/model/index.ts';

describe('an error', () => {
  it('that is none of ours is called a defect, with how to learn more, and ends with 70', () => {
    expect(describeError(new Error('x is not a function'))).toEqual({
      text: 'docker verify: internal error: x is not a function (run with -D for details)\n',
      status: 70,
    });
    expect(describeError('only a text').text).toContain('internal error: only a text');
    const detailed = describeError(new Error('x is not a function'), { debug: true }).text;
    expect(detailed).not.toContain('run with -D');
    expect(detailed).toMatch(/\n\s+at /);
  });

  it('without a stack is told all the same', () => {
    const error = new Error('bare');
    Reflect.deleteProperty(error, 'stack');
    expect(describeError(error, { debug: true }).text).toBe('docker verify: internal error: bare\nError: bare\n');
  });

  it.each([
    ['the line and column of a file', { file: 'Dockerfile', line: 3, column: 7 }, 'no good', 'Dockerfile:3:7: no good'],
    ['the line alone', { file: 'Dockerfile', line: 3 }, 'no good', 'Dockerfile:3: no good'],
    ['a file', { file: 'p.yaml' }, 'no good', 'p.yaml: no good'],
    ['a file that the message names', { file: 'p.yaml' }, 'p.yaml is no policy', 'p.yaml is no policy'],
    ['a line that the message names', { file: 'a', line: 3 }, 'a:3: no good', 'a:3: no good'],
  ])('names its place once: %s', (_, place, message, expected) => {
    const { text } = describeError(new VerifyError('usage.invalid', message, { place }));
    expect(text).toBe(`docker verify: ${expected}\n`);
  });

  it('names a cure once: its own, else that of its kind', () => {
    const said = (message: string, hint?: string): string =>
      describeError(new VerifyError('policy.invalid', message, hint === undefined ? {} : { hint })).text;
    expect(said('no good', 'try this')).toBe('docker verify: no good (try this)\n');
    expect(said('no good: try this', 'try this')).toBe('docker verify: no good: try this\n');
    expect(said('no good')).toContain('docker verify policy check');
  });

  it('keeps to one line where its message has several that look like calls of a stack', () => {
    const { text } = describeError(new Error('x\n::error::pwned\n    at y'), { debug: true });
    expect(text.split('\n')[0]).toContain('x\\u000a::error::pwned\\u000a    at y');
    expect(text).not.toMatch(/^\s*::error/m);
  });

  it('is broken between words where a terminal is narrower', () => {
    const { text } = describeError(new VerifyError('usage.invalid', 'a word after another', { hint: 'cure' }), {
      width: 24,
    });
    expect(text).toBe('docker verify: a word\n  after another (cure)\n');
  });
});
