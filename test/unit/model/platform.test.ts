import { describe, expect, it } from 'vitest';
import { formatPlatform, parsePlatform, platformOf } from '../../../src/model/index.ts';

describe('parsePlatform', () => {
  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['linux/x86_64', 'linux/amd64'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/armhf', 'linux/arm/v7'],
    ['linux/armel', 'linux/arm/v6'],
    ['linux/arm/6', 'linux/arm/v6'],
    ['amd64', 'linux/amd64'],
    ['linux', 'linux/amd64'],
    ['Linux/AMD64', 'linux/amd64'],
    ['macos/arm64', 'darwin/arm64'],
    ['windows/amd64', 'windows/amd64'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/amd64/v3', 'linux/amd64/v3'],
  ])('reads %s as %s', (text, expected) => {
    expect(formatPlatform(parsePlatform(text))).toBe(expected);
  });

  it.each(['', 'linux/', '/', 'linux/amd64/v1/x', 'linux/am d64', 'linux/$ARCH'])('refuses %j', (text) => {
    expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });
});

describe('platformOf', () => {
  it('normalises what a registry says', () => {
    const platform = platformOf('linux', 'arm64', 'v8');
    expect(platform === null ? null : formatPlatform(platform)).toBe('linux/arm64');
  });

  it('knows when nothing is said', () => {
    expect(platformOf(undefined, 'amd64')).toBeNull();
  });
});
