import { describe, expect, it } from 'vitest';
import { retryAfter } from '../../../../src/oci/transport/transport.ts';

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 1, 0, 0, 0);
  it.each([
    ['5', 5000],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', null],
    ['', null],
    [undefined, null],
  ])('%s asks for %s milliseconds', (header, expected) => expect(retryAfter(header, now)).toBe(expected));
});
