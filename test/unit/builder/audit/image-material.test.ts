import { describe, expect, it } from 'vitest';
import { isVerifiedMaterial } from '../../../../src/builder/audit/image-material.ts';
import { type Digest, type Pin, type PinSet, parseCanonicalName, parseDigest } from '../../../../src/model/index.ts';

const digest = (digit: string): Digest => parseDigest(`sha256:${digit.repeat(64)}`);
const [index, amd64, arm64, chain, armChain, other] = ['1', '2', '3', '4', '5', '6'].map(digest) as [
  Digest,
  Digest,
  Digest,
  Digest,
  Digest,
  Digest,
];

const whole: Pin = {
  name: parseCanonicalName('r.example/a/base:1'),
  digest: index,
  platformDigests: [amd64, arm64],
  wholeIndex: true,
  chainIds: { 'linux/amd64': chain, 'linux/arm64/v8': armChain },
};
const single: Pin = { ...whole, wholeIndex: false, platformDigests: [amd64], chainIds: { 'linux/amd64': chain } };

function isVerified(uri: string, taken: Digest | null, pins: readonly Pin[], more: Partial<PinSet> = {}): boolean {
  return isVerifiedMaterial({ uri, digest: taken }, { pins, unpinned: [], layouts: [], sources: [], ...more });
}

const asked = (of: Digest, platform = 'linux/amd64', name = 'r.example/a/base'): string =>
  `pkg:docker/${name}@1?digest=${of}&platform=${encodeURIComponent(platform)}`;

describe('an image that the builder had already', () => {
  it.each<readonly [string, string, Digest, readonly Pin[]]>([
    ['the layers of the platform', asked(index), chain, [whole]],
    [
      'them under a name without a tag',
      `pkg:docker/r.example/a/base?digest=${index}&platform=linux%2Famd64`,
      chain,
      [whole],
    ],
    [
      'them with the digest as the version',
      `pkg:docker/r.example/a/base@${index}?platform=linux%2Famd64`,
      chain,
      [whole],
    ],
    ['them without a platform', `pkg:docker/r.example/a/base@1?digest=${index}`, chain, [whole]],
    ['those of another platform for it', asked(index, 'linux/arm64'), armChain, [whole]],
    ['those of the one platform that may be used', asked(amd64), chain, [single]],
    ['those of the right one of two pins', asked(index), chain, [{ ...whole, digest: other }, whole]],
  ])('is verified by %s', (_title, uri, taken, pins) => {
    expect(isVerified(uri, taken, pins)).toBe(true);
  });

  it.each<readonly [string, string, Digest, readonly Pin[]]>([
    ['other layers', asked(index), other, [whole]],
    ["another platform's layers", asked(index), armChain, [whole]],
    ['its layers for another platform', asked(index, 'linux/arm64'), chain, [whole]],
    ['its layers where another digest was asked for', asked(other), chain, [whole]],
    [
      'its layers where no digest was asked for',
      'pkg:docker/r.example/a/base@1?platform=linux%2Famd64',
      chain,
      [whole],
    ],
    [
      'its layers where two digests were asked for',
      `pkg:docker/r.example/a/base@${amd64}?digest=${index}`,
      chain,
      [whole],
    ],
    ['its layers under the name of another image', asked(index, 'linux/amd64', 'r.example/a/other'), chain, [whole]],
    ['its layers at another registry', asked(index, 'linux/amd64', 'q.example/a/base'), chain, [whole]],
    ['its layers where only a platform may be used and the index was asked for', asked(index), chain, [single]],
    ['layers where the configuration was not read', asked(index), chain, [{ ...whole, chainIds: {} }]],
    ['layers where nothing was verified', asked(index), chain, []],
  ])('is not verified by %s', (_title, uri, taken, pins) => {
    expect(isVerified(uri, taken, pins)).toBe(false);
  });

  it('is verified by what it was asked for where it names no layers, since the image has none', () => {
    expect(isVerified(asked(index), null, [whole])).toBe(true);
    expect(isVerified(asked(other), null, [whole])).toBe(false);
  });
});

describe('a layout that could not be read', () => {
  const name = 'oci-layout://r.example/a/base:1';
  it('is known by its name alone, and stands for no image of that name', () => {
    const layouts = [{ identifier: name, digest: null }];
    const of = (uri: string, more: Partial<PinSet>): boolean => isVerified(uri, other, [], more);
    const uri = `pkg:oci/r.example/a/base@1?digest=${other}&platform=linux%2Famd64`;
    expect(of(uri, { layouts })).toBe(true);
    expect(of(uri, { layouts: [{ identifier: name, digest: index }] })).toBe(false);
    expect(of(uri.replace('base', 'other'), { layouts })).toBe(false);
    expect(of(uri.replace('pkg:oci', 'pkg:docker'), { layouts })).toBe(false);
    const unpinned = [{ name: parseCanonicalName('r.example/a/base:1'), anyDigest: true, reason: '' }];
    expect(of(uri, { unpinned })).toBe(false);
  });
});
