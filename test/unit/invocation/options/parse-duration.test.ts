import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../../src/invocation/options/parse-duration.ts';

describe('parseDuration', () => {
  it.each([
    ['60s', 60_000],
    ['500ms', 500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1m30s', 90_000],
    ['1.5s', 1_500],
    ['.5s', 500],
    ['1us', 1],
    ['1µs', 1],
    ['3s3s', 6_000],
  ])('reads %s as %d ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each([
    [''],
    ['60'],
    ['0s'],
    ['-1s'],
    ['+1s'],
    ['1 s'],
    ['1d'],
    ['s'],
    ['1s '],
    ['1s1'],
    ['Infinitys'],
    ['99999999999999h'],
    ['1e3s'],
  ])('refuses "%s"', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});
