import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepestOfGo, parseBoundedJson } from '../../../../src/model/index.ts';

function nested(levels: number, inner = '1'): string {
  return '[{"a":'.repeat(levels / 2) + inner + '}]'.repeat(levels / 2);
}

describe('JSON whose nesting is bounded', () => {
  it('is read as ever', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(parseBoundedJson(json)).toEqual(JSON.parse(json));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('is read up to its bound', () => {
    expect(parseBoundedJson(nested(256))).toBeInstanceOf(Array);
  });

  it.each([258, 300_000])('is refused where it is %i levels deep', (levels) => {
    expect(() => parseBoundedJson(nested(levels))).toThrow(new SyntaxError('nested deeper than 256 levels'));
  });

  it('counts no bracket that stands in a text, whatever quotes stand there', () => {
    const brackets = `"${'[{'.repeat(400)}\\"${'[{'.repeat(400)}\\\\"`;
    expect(parseBoundedJson(brackets)).toBe(`${'[{'.repeat(400)}"${'[{'.repeat(400)}\\`);
    expect(() => parseBoundedJson(`["\\\\",${nested(300)}]`)).toThrow(SyntaxError);
  });

  it('counts lists beside each other once', () => {
    expect(parseBoundedJson(`[${Array(10_000).fill('[]').join(',')}]`)).toHaveLength(10_000);
  });

  it('can be as deep as Go reads it', () => {
    expect(parseBoundedJson(nested(deepestOfGo), deepestOfGo)).toBeInstanceOf(Array);
    expect(() => parseBoundedJson(nested(deepestOfGo + 2), deepestOfGo)).toThrow(SyntaxError);
  });

  it('is bounded for a reason: what walks through a deep document runs out of stack', () => {
    expect(() => JSON.stringify(JSON.parse(nested(300_000)))).toThrow(RangeError);
  });
});
