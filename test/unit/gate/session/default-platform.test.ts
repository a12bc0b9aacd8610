import { describe, expect, it } from 'vitest';
import { machinePlatform, namedPlatforms } from '../../../../src/gate/session/default-platform.ts';
import type { Environment } from '../../../../src/model/index.ts';

// nothing else of it is looked at
const on = (architecture: string): Environment => ({ architecture }) as unknown as Environment;

describe('the platform of this machine', () => {
  it.each([
    ['x64', 'linux/amd64'],
    ['ia32', 'linux/386'],
    ['arm', 'linux/arm/v7'],
    ['riscv64', 'linux/riscv64'],
  ])('is for %s, as Node names it, %s', (architecture, platform) => {
    expect(machinePlatform(on(architecture))).toBe(platform);
  });
});

describe('platforms as they are named', () => {
  it('are given in full, each once', () => {
    expect(namedPlatforms(['arm64', 'linux/arm64', 'linux/amd64'], on('x64'))).toEqual(['linux/arm64', 'linux/amd64']);
  });

  it.each(['', 'a/b/c/d', 'linux/ amd64'])('are refused where they are none: %j', (name) => {
    expect(() => namedPlatforms([name], on('x64'))).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });
});
