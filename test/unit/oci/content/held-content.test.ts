import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../src/oci/cache/digest-check.ts';
import { openHeldContent } from '../../../../src/oci/content/held-content.ts';

const nowhere = { registry: 'localhost', repository: 'built' };
const text = Buffer.from('{"a":1}');
const digest = digestOf(text);
const blob = { mediaType: 'application/json', digest, size: text.length };
const manifestBytes = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: blob,
    layers: [],
  }),
);

describe('openHeldContent', () => {
  it('gives what has its digest, and asks for each once', async () => {
    let asked = 0;
    const source = openHeldContent((each) => {
      asked += 1;
      return Promise.resolve(each === digest ? text : manifestBytes);
    });
    expect(await source.blob(nowhere, blob, 100)).toEqual(text);
    expect(await source.blob(nowhere, blob, 100)).toEqual(text);
    expect(asked).toBe(1);
    const found = await source.manifest(nowhere, digestOf(manifestBytes));
    expect(found).toMatchObject({ manifest: { kind: 'manifest' }, descriptor: { size: manifestBytes.length } });
  });

  it.each([
    ['other bytes', 'should be', () => Promise.resolve(Buffer.from('{"a":2}')), blob, 100],
    ['another size', 'its descriptor says 8', () => Promise.resolve(text), { ...blob, size: 8 }, 100],
    ['more than is allowed', '6 are allowed', () => Promise.resolve(text), blob, 6],
  ] as const)('refuses %s', async (_, message, read, descriptor, limit) => {
    await expect(openHeldContent(read).blob(nowhere, descriptor, limit)).rejects.toThrow(message);
  });

  it('refuses a manifest that has another digest, and knows no tag and no referrer', async () => {
    const source = openHeldContent(() => Promise.resolve(text));
    await expect(source.manifest(nowhere, digestOf(manifestBytes))).rejects.toThrow('should be');
    await expect(source.tagged(nowhere, 'latest', 'image')).rejects.toThrow('latest');
    expect((await source.referrers(nowhere, digest)).manifests).toEqual([]);
  });
});
