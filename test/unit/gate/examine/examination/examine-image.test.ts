import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalImage } from '../../../../../src/builder/index.ts';
import { examineImage } from '../../../../../src/gate/examine/examination/examine-image.ts';
import { noteImage } from '../../../../../src/gate/examine/examination/note-image.ts';
import { gatherImage } from '../../../../../src/gate/examine/gather/gather-image.ts';
import {
  addImage,
  addIndex,
  newKeyHolder,
  policyFor,
  signImage,
  startRegistry,
} from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { digestFor } from '../../../records/support.ts';
import { addLayered, pipelineUnder, useOfImage } from '../../gate-pipeline.ts';

const acme = newKeyHolder();
let registry: MemoryRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});

const warning = 'version: 1\nmode: warn\ndefault: deny\n';

async function codesWith(local: Partial<LocalImage> | null | Error, policy = warning): Promise<readonly string[]> {
  const pipeline = await pipelineUnder(policy);
  const engine = async () => {
    if (local instanceof Error) throw local;
    return { inspectImage: async () => local && { id: 'x', digest: null, repoDigests: [], ...local } };
  };
  const own = { ...pipeline, local: { engine } as never, localImages: true }; // images alone are asked for
  const { decision } = await examineImage(own, useOfImage(registry, 'app:1'));
  return decision.findings.map(({ code }) => code);
}

describe('a local image of the same name', () => {
  const other = digestFor('other');

  it.each<readonly [string, Partial<LocalImage>]>([
    ['digest', { digest: other }],
    ['registry’s digest', { repoDigests: [`example.com/app@${other}`] }],
    ['own identifier alone', { id: other }],
  ])('stands in the way where it is another one by its %s', async (_, local) => {
    addImage(registry, 'app');
    expect(await codesWith(local)).toContain('image.local-shadow');
  });

  it('does not where it is the same one, by the index or by a manifest in it', async () => {
    const index = addIndex(registry, 'app', '1', []);
    expect(await codesWith({ digest: index.digest })).not.toContain('image.local-shadow');
    const [child] = (JSON.parse(String(registry.manifests.get('app 1')?.bytes)) as { manifests: { digest: string }[] })
      .manifests;
    expect(await codesWith({ repoDigests: [`example.com/app@${child?.digest}`] })).not.toContain('image.local-shadow');
  });

  it('does not where there is none, no digest of it is known, or there is no daemon', async () => {
    addImage(registry, 'app');
    for (const local of [null, {}, new Error('no daemon')])
      expect(await codesWith(local)).not.toContain('image.local-shadow');
  });

  it('plays no part where the image is verified, to whose digest the builder is held', async () => {
    signImage(registry, 'app', addImage(registry, 'app'), acme);
    expect(await codesWith({ digest: other }, policyFor(registry, acme, 'app'))).not.toContain('image.local-shadow');
  });
});

it('the chain of bases is followed where a rule asks for it, and not where none does', async () => {
  const app = addLayered(registry, 'app', { layers: ['1'], base: null });
  signImage(registry, 'app', app, acme);
  const policy = policyFor(registry, acme, 'app');
  const asking = await pipelineUnder(`${policy.trimEnd()}\n    require: {lineage: {depth: all}}\n`);
  expect((await examineImage(asking, useOfImage(registry, 'app:1'))).lineage).toMatchObject([
    { kind: 'root-declared' },
  ]);
  expect((await examineImage(await pipelineUnder(policy), useOfImage(registry, 'app:1'))).lineage).toEqual([]);
});

describe('what is noted of an image', () => {
  async function noted() {
    const pipeline = await pipelineUnder(warning);
    const gathered = await gatherImage(pipeline, useOfImage(registry, 'app:1'), { everything: true });
    return await noteImage(pipeline.session, digestFor('app'), gathered);
  }

  it('is its layers by platform', async () => {
    const image = addImage(registry, 'app');
    expect(await noted()).toMatchObject({ layers: { [image.digest]: [`sha256:${'1'.repeat(64)}`] }, problem: null });
  });

  it('is what could not be read of it, where its configuration makes no sense or it cannot be looked up', async () => {
    registry.image('app', '1', { os: 'linux', architecture: 'amd64', rootfs: { diff_ids: 'none' } });
    expect(await noted()).toMatchObject({ layers: {}, problem: expect.stringContaining('makes no sense') });
    registry.manifests.clear();
    expect(await noted()).toMatchObject({ layers: {}, sboms: [], problem: expect.any(String) });
  });
});
