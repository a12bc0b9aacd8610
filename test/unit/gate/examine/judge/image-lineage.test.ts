import { beforeEach, describe, expect, it } from 'vitest';
import { gatherImage } from '../../../../../src/gate/examine/gather/gather-image.ts';
import { needsLineage, traceImage } from '../../../../../src/gate/examine/judge/image-lineage.ts';
import { newKeyHolder, policyFor, signImage, startRegistry } from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { addLayered, pipelineUnder, useOfImage } from '../../gate-pipeline.ts';

const acme = newKeyHolder();
let registry: MemoryRegistry;
beforeEach(async () => {
  registry = await startRegistry();
  const root = addLayered(registry, 'root', { layers: ['1'], base: null });
  const base = addLayered(registry, 'base', { layers: ['1', '2'], base: { name: 'root:1', image: root } });
  addLayered(registry, 'app', { layers: ['1', '2', '3'], base: { name: 'base:1', image: base } });
  signImage(registry, 'base', base, acme);
});

const rule = (lineage: string): string =>
  `${policyFor(registry, acme, 'app', 'base').trimEnd()}\n    require: {lineage: ${lineage}}\n`;

async function trace(policy: string, named = 'app:1') {
  const pipeline = await pipelineUnder(policy);
  return await traceImage(pipeline, await gatherImage(pipeline, useOfImage(registry, named), { everything: true }));
}

describe('the chain of bases', () => {
  it('is followed to its end where no rule says how deep, each judged by its own name', async () => {
    const lineage = await trace(policyFor(registry, acme, 'app', 'base'));
    expect(lineage?.links.map(({ kind, name, status }) => [kind, name?.split(/[/@]/)[1] ?? null, status])).toEqual([
      ['base', 'base:1', 'allow'],
      ['base', 'root:1', 'block'],
      ['root-declared', null, 'allow'],
    ]);
  });

  it('is followed as deep as a rule asks', async () => {
    expect((await trace(rule('{depth: 1}')))?.links).toHaveLength(1);
    expect((await trace(rule('{depth: 2}')))?.links).toHaveLength(2);
    expect((await trace(rule('{depth: all}')))?.links).toHaveLength(3);
  });

  it('is not known where it cannot be read, with the reason', async () => {
    const broken = { os: 'linux', architecture: 'amd64', rootfs: { diff_ids: 'none' } };
    registry.image('broken', '1', broken);
    expect(await trace(policyFor(registry, acme, 'app'), 'broken:1')).toMatchObject({
      links: [{ kind: 'unknown', name: null, status: 'error', note: expect.stringContaining('makes no sense') }],
      inputs: [],
    });
  });

  it('has no links of an image that cannot be looked up', async () => {
    expect(await trace(policyFor(registry, acme, 'app'), 'none:1')).toBeNull();
  });
});

it('a policy needs the chain where one of its rules asks for it', async () => {
  const needs = async (policy: string): Promise<boolean> => needsLineage((await pipelineUnder(policy)).policies);
  expect(await needs(rule('{depth: 1}'))).toBe(true);
  expect(await needs(policyFor(registry, acme, 'app'))).toBe(false);
});
