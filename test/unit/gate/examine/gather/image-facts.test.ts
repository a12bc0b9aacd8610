import { beforeEach, describe, expect, it } from 'vitest';
import { gatherImage } from '../../../../../src/gate/examine/gather/gather-image.ts';
import { imageFactsFor } from '../../../../../src/gate/examine/gather/image-facts.ts';
import type { ImageSource } from '../../../../../src/oci/index.ts';
import { addIndex, startRegistry } from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { pipelineUnder, useOfImage } from '../../gate-pipeline.ts';

const amd64 = { os: 'linux', architecture: 'amd64' };

let registry: MemoryRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});

async function gathering(named: string) {
  const pipeline = await pipelineUnder('version: 1\ndefault: allow\n');
  return await gatherImage(pipeline, useOfImage(registry, named), { everything: false });
}

async function factsOf(named = 'app:1', platform = 'linux/amd64') {
  return await imageFactsFor(await gathering(named), platform);
}

describe('what an image says of itself', () => {
  it('is its history, labels and layers, and its own annotations before those of its index', async () => {
    const history = [{ created_by: 'COPY x /' }, { created_by: 'CMD x', empty_layer: true }, {}];
    const config = { ...amd64, config: { Labels: { a: 'b' } }, history, rootfs: { diff_ids: ['sha256:1'] } };
    const image = registry.image('app', undefined, config, { annotations: { of: 'manifest' } });
    const child = { ...image, platform: amd64, annotations: { of: 'entry' } };
    registry.put('app', { schemaVersion: 2, manifests: [child], annotations: { of: 'index' } }, '1');
    expect(await factsOf()).toMatchObject({
      history: [
        { createdBy: 'COPY x /', emptyLayer: false },
        { createdBy: 'CMD x', emptyLayer: true },
        { createdBy: '', emptyLayer: false },
      ],
      labels: { a: 'b' },
      diffIds: ['sha256:1'],
      annotations: [{ of: 'manifest' }, { of: 'entry' }, { of: 'index' }],
    });
  });

  it('is nothing where its configuration says nothing', async () => {
    registry.image('app', '1', amd64);
    expect(await factsOf()).toMatchObject({ history: [], labels: {}, diffIds: [], annotations: [{}] });
  });

  it('is not known for a platform that it was not asked for, or where it is in no registry', async () => {
    addIndex(registry, 'app', '1', []);
    expect(await factsOf('app:1', 'linux/arm64')).toBeNull();
    expect(await factsOf('none:1')).toBeNull();
  });

  it.each([
    ['makes no sense', { ...amd64, rootfs: { diff_ids: 'all' } }, 'makes no sense'],
    [
      'lists more than any image has',
      { ...amd64, rootfs: { diff_ids: Array.from({ length: 1001 }, () => 'x') } },
      'makes no sense',
    ],
    ['has history that is none', { ...amd64, history: [1] }, 'makes no sense'],
  ])('is refused where its configuration %s', async (_, config, message) => {
    registry.image('app', '1', config);
    await expect(factsOf()).rejects.toMatchObject({
      code: 'registry.untrustworthy',
      message: expect.stringContaining(message),
    });
  });

  it('is refused with the reader’s own words where its configuration is no JSON any more', async () => {
    registry.image('app', '1', amd64);
    const gathered = await gathering('app:1');
    if (gathered.resolution.kind === 'unresolved' || gathered.resolution.client === null)
      throw new Error('an image is wanted');
    const { client } = gathered.resolution;
    const source: ImageSource = {
      ...client,
      manifest: client.manifest.bind(client),
      blob: async () => Buffer.from('{'),
    };
    const resolution = { ...gathered.resolution, client: source };
    await expect(imageFactsFor({ ...gathered, resolution }, 'linux/amd64')).rejects.toMatchObject({
      name: 'VerifyError',
    });
  });
});
