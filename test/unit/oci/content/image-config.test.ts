import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainIdOf, readImageConfig } from '../../../../src/oci/content/image-config.ts';

const hex = fc.array(fc.constantFrom(...'0123456789abcdef'.split('')), { minLength: 64, maxLength: 64 });
const digests = fc.array(
  hex.map((digits) => `sha256:${digits.join('')}`),
  { maxLength: 4 },
);
const [one, two] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];

/** The specification's own words: ChainID(L0|…|Ln) = Digest(ChainID(L0|…|Ln-1) + " " + DiffID(Ln)), by another program. */
function chainByShell(diffIds: readonly string[]): string | null {
  const script =
    'c=$1; shift; for d; do c=sha256:$(printf "%s %s" "$c" "$d" | sha256sum | cut -c1-64); done; printf %s "$c"';
  return diffIds.length === 0 ? null : execFileSync('sh', ['-c', script, 'sh', ...diffIds], { encoding: 'utf8' });
}

const bytes = (config: unknown): Buffer => Buffer.from(JSON.stringify(config));

describe('chainIdOf', () => {
  it('is what the specification says', () => {
    fc.assert(
      fc.property(digests, (diffIds) => {
        expect(chainIdOf(diffIds)).toBe(chainByShell(diffIds));
      }),
      { numRuns: 30 },
    );
  });

  it('tells layers in another order apart', () => {
    expect(chainIdOf([one, two])).not.toBe(chainIdOf([two, one]));
  });

  it.each([[undefined], [null], ['x'], [[]], [[one, 'x']], [[one, 1]], [{ 0: one }]])('is none of %j', (diffIds) => {
    expect(chainIdOf(diffIds)).toBeNull();
  });
});

describe('readImageConfig', () => {
  it('reads triggers and layers, by names in any case as Go does', () => {
    const config = { config: { OnBuild: ['RUN x'] }, RootFS: { Type: 'layers', Diff_IDs: [one, two] } };
    expect(readImageConfig(bytes(config), 'x')).toEqual({ onbuild: ['RUN x'], chainId: chainIdOf([one, two]) });
  });

  it.each([
    [{}],
    [{ rootfs: null }],
    [{ rootfs: { type: 'layers', diff_ids: [] } }],
    [{ rootfs: { type: 'other', diff_ids: [one] } }],
    [{ rootfs: { diff_ids: [one] } }],
  ])('has no chain identifier where there are no layers as the specification has them: %j', (config) => {
    expect(readImageConfig(bytes(config), 'x')).toEqual({ onbuild: [], chainId: null });
  });

  it('refuses what is no JSON', () => {
    expect(() => readImageConfig(Buffer.from('{'), 'x')).toThrow('is not JSON');
  });
});
