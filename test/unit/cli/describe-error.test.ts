import { describe, expect, it } from 'vitest';
import { describeError } from '../../../src/cli/describe-error.ts';

describe('an error', () => {
  it('keeps to one line where its message has several that look like calls of a stack', () => {
    const { text } = describeError(new Error('x\n::error::pwned\n    at y'), { debug: true });
    expect(text.split('\n')[0]).toContain('x\\u000a::error::pwned\\u000a    at y');
    expect(text).not.toMatch(/^\s*::error/m);
  });
});
