import { describe, expect, it } from 'vitest';
import { formatPlatform, parsePlatform, platformOf } from '../../../../src/model/index.ts';

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
  it.each([
    [['linux', 'arm64', 'v8'], 'linux/arm64'],
    [['linux', 'arm64', 'v8.0'], 'linux/arm64'],
    [['linux', 'arm64', '9.0'], 'linux/arm64/v9'],
    [['linux', 'aarch64', 'v8.2'], 'linux/arm64/v8.2'],
    [['linux', 'armhf', 'v6'], 'linux/arm/v7'],
    [['linux', 'armel', ''], 'linux/arm/v6'],
    [['linux', 'i386', 'v1'], 'linux/386'],
    [['linux', '386', 'v1'], 'linux/386/v1'],
    [['LINUX', 'AMD64', 'V1'], 'linux/amd64'],
    [['L\u0130NUX', 'amd64', ''], 'linux/amd64'],
    [['', 'amd64', ''], 'linux/amd64'],
    [['constructor', '__proto__', 'constructor'], 'constructor/__proto__/constructor'],
  ] as const)('reads %j as containerd does, %s', ([os, architecture, variant], expected) => {
    const platform = platformOf(os, architecture, variant);
    expect(platform === null ? null : formatPlatform(platform)).toBe(expected);
  });

  it.each([
    ['linux', '', ''],
    ['unknown', 'unknown', ''],
    ['linux', 'unknown', ''],
    // in writing it would look like linux/amd64/v2
    ['linux', 'amd64/v2', ''],
    ['linux', 'amd64 ', ''],
  ])('knows that no platform option can ask for %j %j %j', (os, architecture, variant) => {
    expect(platformOf(os, architecture, variant)).toBeNull();
  });
});
