import { describe, expect, it } from 'vitest';
import { comparePlatforms, weakestOf } from '../../../../../src/gate/run/outcome/compare-platforms.ts';
import type { ImageContents } from '../../../../../src/inventory/index.ts';
import type { Digest, RebuildVerdict } from '../../../../../src/model/index.ts';
import { parseImageConfig } from '../../../../../src/oci/index.ts';

const digestOf = (letter: string): Digest => `sha256:${letter.repeat(64)}` as Digest; // 64 hexadecimal digits

function image(platform: string, letter: string): ImageContents {
  const [os = '', architecture = ''] = platform.split('/');
  const config = Buffer.from(JSON.stringify({ os, architecture, rootfs: { type: 'layers', diff_ids: [] } }));
  const digest = digestOf(letter);
  return {
    platform,
    digest,
    manifest: {
      kind: 'manifest',
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: null,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: config.length, annotations: {} },
      layers: [],
      annotations: {},
      subject: null,
    } as ImageContents['manifest'], // as far as it is compared
    config: parseImageConfig(config, digest),
    layer: () => Promise.reject(new Error('there are no layers')),
  };
}

const both = [image('linux/amd64', 'a'), image('linux/arm64', 'b')];

describe('the platforms of a rebuild', () => {
  it('are compared with the same ones of the original, in whatever order', async () => {
    const found = await comparePlatforms(both, both.toReversed());
    expect(found.map(({ platform, original, rebuilt, verdict }) => [platform, original === rebuilt, verdict])).toEqual([
      ['linux/arm64', true, 'identical'],
      ['linux/amd64', true, 'identical'],
    ]);
  });

  it('are not identical where one of them is not', async () => {
    const found = await comparePlatforms(both, [image('linux/amd64', 'a'), image('linux/arm64', 'c')]);
    expect(found.map(({ verdict }) => verdict)).toEqual(['identical', 'same content']);
    expect(weakestOf(found)).toBe('same content');
  });

  it.each<[string, readonly ImageContents[], readonly ImageContents[], string]>([
    ['one is not there again', both, both.slice(0, 1), 'the platform linux/arm64 in the rebuild'],
    ['none is there again', both, [], 'the platforms linux/amd64, linux/arm64 in the rebuild'],
    ['another is there instead', both.slice(0, 1), both.slice(1), 'the platform linux/amd64 in the rebuild'],
    ['the original lists none', [], both, 'a platform that could be compared: the image that was built lists none'],
  ])('are said to be lacking where %s, whatever the others are', async (_, original, rebuilt, missing) => {
    await expect(comparePlatforms(original, rebuilt)).rejects.toMatchObject({ missing: [missing] });
  });

  it('say nothing where the rebuild has more of them', async () => {
    expect(weakestOf(await comparePlatforms(both.slice(0, 1), both))).toBe('identical');
  });

  it.each<[RebuildVerdict, readonly RebuildVerdict[]]>([
    ['different', ['identical', 'different', 'same content']],
    ['same content', ['identical', 'same content']],
    ['identical', ['identical']],
  ])('are %s together where they are %j', (verdict, verdicts) => {
    const platforms = verdicts.map((each) => ({
      platform: 'linux/amd64',
      original: digestOf('a'),
      rebuilt: digestOf('b'),
      verdict: each,
      settings: [],
      metadata: [],
      layers: [],
    }));
    expect(weakestOf(platforms)).toBe(verdict);
  });
});
