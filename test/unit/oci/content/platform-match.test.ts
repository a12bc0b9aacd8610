import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../../src/model/index.ts';
import { acceptablePlatforms, selectPlatform } from '../../../../src/oci/index.ts';
import { sha256 } from '../memory-registry.ts';

const entry = (platform: string | null | undefined, number = 0): Descriptor => {
  const base = { mediaType: 'm', digest: sha256(`${platform} ${number}`), size: 1 };
  return platform === undefined ? base : { ...base, platform };
};

describe('where a platform is asked for', () => {
  it.each([
    ['linux/amd64', ['linux/amd64', 'linux/386']],
    ['linux/amd64/v3', ['linux/amd64/v3', 'linux/amd64/v2', 'linux/amd64', 'linux/386']],
    ['linux/386', ['linux/386']],
    ['linux/arm/v7', ['linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5']],
    ['linux/arm', ['linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5']],
    ['linux/arm/v6', ['linux/arm/v6', 'linux/arm/v5']],
    ['linux/arm/v5', ['linux/arm/v5']],
    ['linux/arm64', ['linux/arm64', 'linux/arm/v8', 'linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5']],
    ['linux/aarch64/v8', ['linux/arm64', 'linux/arm/v8', 'linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5']],
    [
      'linux/arm64/v8.2',
      [
        'linux/arm64/v8.2',
        'linux/arm64/v8.1',
        'linux/arm64',
        'linux/arm/v8',
        'linux/arm/v7',
        'linux/arm/v6',
        'linux/arm/v5',
      ],
    ],
    ['linux/s390x', ['linux/s390x']],
    ['windows/amd64', ['windows/amd64', 'windows/386']],
  ])('%s takes these, the best first', (platform, expected) => expect(acceptablePlatforms(platform)).toEqual(expected));

  it('v9 takes what came before it, as containerd has it', () => {
    const found = acceptablePlatforms('linux/arm64/v9.1');
    expect(found.slice(0, 4)).toEqual(['linux/arm64/v9.1', 'linux/arm64/v9', 'linux/arm64/v8.6', 'linux/arm64/v8.5']);
    expect(found).toContain('linux/arm64');
  });
});

describe('an entry of an index', () => {
  it('is chosen by the best match, wherever it stands', () => {
    const entries = [entry('linux/arm/v5'), entry('linux/arm/v6'), entry('linux/amd64')];
    expect(selectPlatform(entries, 'linux/arm/v7')).toBe(entries[1]);
  });

  it('is the first of several of one platform', () => {
    const entries = [entry('linux/amd64', 1), entry('linux/amd64', 2)];
    expect(selectPlatform(entries, 'linux/amd64')).toBe(entries[0]);
  });

  it('without a platform is the last resort', () => {
    const entries = [entry(undefined), entry('linux/386')];
    expect(selectPlatform(entries, 'linux/amd64')).toBe(entries[1]);
    expect(selectPlatform(entries, 'linux/s390x')).toBe(entries[0]);
  });

  it('of an unknown platform, or of one that asks for more, is never chosen', () => {
    expect(selectPlatform([entry(null), entry('linux/arm/v7'), entry('linux/amd64/v3')], 'linux/amd64')).toBeNull();
    expect(selectPlatform([entry('linux/arm/v7'), entry('linux/arm64')], 'linux/arm/v6')).toBeNull();
  });
});
