import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { debianOrder } from '../../../../src/inventory/versions/debian.ts';

const hasDpkg = spawnSync('dpkg', ['--version']).status === 0;

/** Asks dpkg of many pairs in one process of a shell. */
function askDpkg(pairs: readonly (readonly [string, string])[]): readonly number[] {
  const script = pairs
    .map(
      ([left, right]) =>
        `if dpkg --compare-versions '${left}' lt '${right}' 2>/dev/null; then echo -1; elif dpkg --compare-versions '${left}' eq '${right}' 2>/dev/null; then echo 0; else echo 1; fi`,
    )
    .join('\n');
  const { stdout } = spawnSync('sh', { input: script, encoding: 'utf8' });
  return stdout.trim().split('\n').map(Number);
}

const part = fc.stringMatching(/^[0-9][0-9a-c.~+]{0,6}$/);
const version = fc
  .tuple(fc.constantFrom('', '0:', '1:', '12:'), part, fc.constantFrom('', '-1', '-0', '-1~a', '-1+b2', '-10ubuntu1'))
  .map((parts) => parts.join(''));

describe.skipIf(!hasDpkg)('the order of Debian, beside dpkg (skipped where there is none)', () => {
  it('is that of dpkg --compare-versions', () => {
    const pairs = fc.sample(fc.tuple(version, version), { numRuns: 3_000, seed: 7 });
    const answers = askDpkg(pairs);
    const wrong = pairs.filter(([left, right], index) => Math.sign(debianOrder(left, right)) !== answers[index]);
    expect(answers).toHaveLength(pairs.length);
    expect(wrong).toEqual([]);
  });
});
