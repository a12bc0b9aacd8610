import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDenied } from './denied-sources.ts';

const whole = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: length, maxLength: length });
const text = fc.oneof(
  hex(40),
  hex(64),
  hex(39),
  hex(41),
  hex(63),
  hex(65),
  hex(40).map((commit) => commit.toUpperCase()),
  hex(39).map((commit) => `${commit}g`),
  hex(40).map((commit) => `${commit}\n`),
  hex(40).map((commit) => `refs/heads/${commit}`),
  fc.string(),
  fc.constant(''),
);

describe('what the builder has to refuse', () => {
  it('is every repository without a whole commit, as ref or as checksum, and no other', () => {
    fc.assert(
      fc.property(text, text, fc.constantFrom('', ':folder', `:${'a'.repeat(40)}`), (ref, checksum, folder) => {
        const written = ref.replace(/[:#]/g, '');
        const fragment = `${written}${folder}` === '' ? '' : `#${written}${folder}`;
        const denied = isDenied(`git://example.com/a.git${fragment}`, { 'git.checksum': checksum });
        expect(denied).toBe(!whole.test(written.replace(/\n$/, 'x')) && !whole.test(checksum.replace(/\n$/, 'x')));
      }),
      { numRuns: 2_000 },
    );
  });
});
