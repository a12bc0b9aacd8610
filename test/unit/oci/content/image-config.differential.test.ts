import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainIdOf } from '../../../../src/oci/content/image-config.ts';

const hex = fc.array(fc.constantFrom(...'0123456789abcdef'.split('')), { minLength: 64, maxLength: 64 });
const digests = fc.array(
  hex.map((digits) => `sha256:${digits.join('')}`),
  { maxLength: 4 },
);

/** The specification's own words: ChainID(L0|…|Ln) = Digest(ChainID(L0|…|Ln-1) + " " + DiffID(Ln)), by another program. */
function chainByShell(diffIds: readonly string[]): string | null {
  const script =
    'c=$1; shift; for d; do c=sha256:$(printf "%s %s" "$c" "$d" | sha256sum | cut -c1-64); done; printf %s "$c"';
  return diffIds.length === 0 ? null : execFileSync('sh', ['-c', script, 'sh', ...diffIds], { encoding: 'utf8' });
}

describe('chainIdOf', () => {
  it('is what the specification says', () => {
    fc.assert(
      fc.property(digests, (diffIds) => {
        expect(chainIdOf(diffIds)).toBe(chainByShell(diffIds));
      }),
      { numRuns: 30 },
    );
  });
});
