import { describe, expect, it } from 'vitest';
import { exitStatusOf, exitStatusOfError, exitStatusOfVerdict } from '../../../src/cli/exit-status.ts';
import { VerifyError } from '../../../src/model/index.ts';

describe('the exit status', () => {
  it.each([
    ['usage.invalid', 64],
    ['dockerfile.invalid', 65],
    ['bake.invalid', 65],
    ['policy.invalid', 78],
    ['lock.invalid', 78],
    ['trust.invalid', 78],
    // what is not there now may be there later, unlike what is written wrongly
    ['policy.unavailable', 11],
    ['trust.unavailable', 11],
    // of no family that has a status of its own
    ['registry.failed', 11],
    ['builder.unavailable', 11],
  ] as const)('of %s is %i', (code, status) => {
    expect(exitStatusOfError(code)).toBe(status);
  });

  it.each([
    ['file.unwritable', 'ENOSPC', 11],
    ['file.unwritable', 'EDQUOT', 11],
    ['file.unwritable', 'EIO', 11],
    ['file.unwritable', 'EACCES', 64],
    ['usage.invalid', 'ENOSPC', 64],
  ] as const)("of %s, caused by %s, is %i: a full disk is nobody's wrong usage", (code, system, status) => {
    const cause = Object.assign(new Error('it went wrong'), { code: system });
    expect(exitStatusOf(new VerifyError(code, 'cannot write', { cause }))).toBe(status);
  });

  it('of what cannot be written without a cause is 64', () => {
    expect(exitStatusOf(new VerifyError('file.unwritable', 'cannot write'))).toBe(64);
  });

  it.each([
    ['allow', 0],
    ['warn', 0],
    ['block', 10],
    ['error', 11],
  ] as const)('of the verdict %s is %i', (verdict, status) => {
    expect(exitStatusOfVerdict(verdict)).toBe(status);
  });
});
