import { beforeEach, describe, expect, it } from 'vitest';
import { gatherImage } from '../../../../../src/gate/examine/gather/gather-image.ts';
import { bytesByPlatform, imageBytes } from '../../../../../src/gate/examine/gather/image-bytes.ts';
import { traceImage } from '../../../../../src/gate/examine/judge/image-lineage.ts';
import type { Pipeline } from '../../../../../src/gate/session/pipeline.ts';
import type { ResolvedImage } from '../../../../../src/model/index.ts';
import type { ImageSource } from '../../../../../src/oci/index.ts';
import { startRegistry } from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { digestFor } from '../../../records/support.ts';
import { addLayered, pipelineUnder, useOfImage } from '../../gate-pipeline.ts';
import { resolvedImage } from '../../judged-images.ts';

describe('the bytes of an image by platform', () => {
  const source = {
    manifest: async (_: object, digest: string) => ({
      manifest:
        digest === digestFor('index') ? { kind: 'index' } : { kind: 'manifest', layers: [{ size: 10 }, { size: 5 }] },
    }),
  } as unknown as ImageSource; // manifests alone are asked for

  const child = (platform: string | null | undefined, digest = digestFor(String(platform))) => ({
    mediaType: '',
    digest,
    size: 0,
    ...(platform === undefined ? {} : { platform }),
  });
  const bytes = (children: ResolvedImage['children']) => bytesByPlatform(source, resolvedImage({ children }));

  it('are those of each platform that its index lists, and of nothing else that lies there', async () => {
    const children = [child('linux/amd64'), child('linux/arm64'), child(null), child(undefined)];
    expect(await bytes(children)).toEqual({ 'linux/amd64': 15, 'linux/arm64': 15 });
  });

  it('are those of the platform asked for where there is no index', async () => {
    expect(await bytes([])).toEqual({ 'linux/amd64': 15 });
    expect(await bytes([child(null)])).toEqual({ 'linux/amd64': 15 });
  });

  it('are none for an index within the index', async () => {
    expect(await bytes([child('linux/amd64', digestFor('index'))])).toEqual({ 'linux/amd64': 0 });
  });

  it('are those of 32 platforms at most', async () => {
    const many = Array.from({ length: 40 }, (_, index) => child(`linux/x${index}`));
    expect(Object.keys(await bytes(many))).toHaveLength(32);
  });
});

describe('how much of an image its base brings', () => {
  let registry: MemoryRegistry;
  let pipeline: Pipeline;
  beforeEach(async () => {
    registry = await startRegistry();
    pipeline = await pipelineUnder('version: 1\ndefault: allow\n');
    const base = addLayered(registry, 'base', { layers: ['1'], base: null });
    addLayered(registry, 'app', { layers: ['1', '2', '3'], base: { name: 'base:1', image: base } });
  });

  async function measured(named: string, change: (links: readonly object[]) => readonly object[] = (links) => links) {
    const gathered = await gatherImage(pipeline, useOfImage(registry, named), { everything: true });
    const links = (await traceImage(pipeline, gathered))?.links ?? [];
    return await imageBytes(pipeline, gathered, change(links) as typeof links); // links with parts changed
  }

  it('is known where the base is proven by its layers', async () => {
    expect(await measured('app:1')).toEqual({ total: 30, base: 10, own: 20 });
  });

  it.each<readonly [string, object]>([
    ['is not proven', { content: 'unprovable' }],
    ['has no name', { name: null }],
    ['has no digest', { digest: null }],
    ['lies deeper', { depth: 2 }],
    ['is no base', { kind: 'unknown' }],
  ])('is not known where what it is built upon %s', async (_, changed) => {
    const change = (links: readonly object[]) => links.map((link) => ({ ...link, ...changed }));
    expect(await measured('app:1', change)).toEqual({ total: 30, base: null, own: null });
  });

  it('is not known where the base is not to be had any more', async () => {
    const gone = (links: readonly object[]) => links.map((link) => ({ ...link, digest: digestFor('gone') }));
    expect(await measured('app:1', gone)).toEqual({ total: 30, base: null, own: null });
  });

  it('is not measured of an image that cannot be looked up, or not for a platform', async () => {
    expect(await measured('none:1')).toBeNull();
    const gathered = await gatherImage(pipeline, useOfImage(registry, 'app:1'), { everything: true });
    if (gathered.resolution.kind === 'unresolved') throw gathered.resolution.failure;
    const image = { ...gathered.resolution.image, platforms: [] };
    const resolution = { ...gathered.resolution, image };
    expect(await imageBytes(pipeline, { ...gathered, resolution }, [])).toBeNull();
    expect(await imageBytes(pipeline, { ...gathered, resolution: { ...resolution, client: null } }, [])).toBeNull();
  });
});
