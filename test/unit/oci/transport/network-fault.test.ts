import { describe, expect, it } from 'vitest';
import { unreachable } from '../../../../src/oci/transport/network-fault.ts';

const failing = (code: string): Error => Object.assign(new Error(code), { code });

describe('a registry that cannot be reached', () => {
  it.each([
    ['ECONNREFUSED', true],
    ['ENOTFOUND', true],
    ['ECONNRESET', true],
    ['ETIMEDOUT', true],
    ['ESOMETHING', true],
    ['CERT_HAS_EXPIRED', false],
    ['SELF_SIGNED_CERT_IN_CHAIN', false],
    ['ERR_SSL_WRONG_VERSION_NUMBER', false],
    ['HPE_INVALID_CONSTANT', false],
  ])('(%s) may be so for now: %s', (code, passing) => {
    expect(unreachable('r.example.com', failing(code))).toMatchObject({ code: 'registry.unreachable', passing });
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'clock'],
    ['CERT_NOT_YET_VALID', 'clock'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'authority'],
  ])('(%s) says what to look at: %s', (code, what) => {
    const { hint } = unreachable('r.example.com', failing(code));
    expect(['clock', 'authority'].filter((word) => hint?.includes(word))).toEqual([what]);
  });
});
