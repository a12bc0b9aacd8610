import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeError } from '../../../src/cli/describe-error.ts';
import { VerifyError } from '../../../src/model/index.ts';
import { harmIn, hostileText } from '../report/hostile.ts';

/** Errors that quote others wherever an error can. */
const errors = fc.tuple(hostileText, hostileText, hostileText, hostileText).chain(([message, hint, file, cause]) =>
  fc.constantFrom(
    new VerifyError('policy.invalid', message, {
      hint,
      place: { file, line: 1, column: 2 },
      cause: new Error(cause),
    }),
    new VerifyError('registry.failed', message),
    new Error(message),
    Object.assign(new Error(message), { name: file }),
    message,
  ),
);

describe('an error', () => {
  it.each([false, true])('does no harm whatever it quotes, and is one line but for the calls (debug: %s)', (debug) => {
    fc.assert(
      fc.property(errors, (error) => {
        const { text } = describeError(error, { debug });
        expect(harmIn(text)).toBeNull();
        const lines = text.trimEnd().split('\n');
        expect(lines[0]).toMatch(/^docker verify:/);
        expect(lines.slice(2).filter((line) => !/^\s+at /.test(line))).toEqual([]);
        expect(debug ? 1 : lines.length).toBe(1);
      }),
      { seed: 3, numRuns: 1_500 },
    );
  });

  it('does no harm where a terminal breaks it either', () => {
    fc.assert(
      fc.property(errors, fc.integer({ min: 1, max: 90 }), (error, width) => {
        expect(harmIn(describeError(error, { width }).text)).toBeNull();
      }),
    );
  });
});
