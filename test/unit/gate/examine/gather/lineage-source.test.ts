import { beforeEach, describe, expect, it } from 'vitest';
import { type GatheredImage, gatherImage } from '../../../../../src/gate/examine/gather/gather-image.ts';
import { imageFactsFor } from '../../../../../src/gate/examine/gather/image-facts.ts';
import { createLineageSource } from '../../../../../src/gate/examine/gather/lineage-source.ts';
import { type Evidence, parseCanonicalName } from '../../../../../src/model/index.ts';
import {
  addImage,
  addIndex,
  attestImage,
  newKeyHolder,
  policyFor,
  signImage,
  startRegistry,
} from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { byKey } from '../../../policy/support/evidence.ts';
import { pipelineUnder, useOfImage } from '../../gate-pipeline.ts';

const acme = newKeyHolder();
const amd64 = 'linux/amd64';
const statement = { predicateType: 'https://slsa.dev/provenance/v1', predicate: { from: 'index' } };

let registry: MemoryRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});

async function sourceOf(change: (gathered: GatheredImage) => GatheredImage = (gathered) => gathered) {
  const pipeline = await pipelineUnder(policyFor(registry, acme, 'app'));
  const gathered = change(await gatherImage(pipeline, useOfImage(registry, 'app:1'), { everything: true }));
  return { source: createLineageSource(pipeline, gathered), gathered };
}

async function provenance(change?: (gathered: GatheredImage) => GatheredImage) {
  const { source, gathered } = await sourceOf(change);
  const facts = await imageFactsFor(gathered, amd64);
  if (facts === null) throw new Error('facts are wanted');
  return await source.readProvenance(facts);
}

describe('the provenance of an image', () => {
  it('is signed where a signer whom the policy trusts attested to it', async () => {
    const image = addImage(registry, 'app');
    attestImage(registry, 'app', image, acme, { ...statement, predicate: { from: 'acme' } });
    expect(await provenance()).toEqual([
      { signed: true, predicateType: statement.predicateType, predicate: { from: 'acme' } },
    ]);
  });

  it('is unsigned where only somebody else did, though that verifies', async () => {
    const image = addImage(registry, 'app');
    attestImage(registry, 'app', image, acme, statement);
    const verified = (gathered: GatheredImage): GatheredImage => ({
      ...gathered,
      evidence: gathered.evidence.map((piece) => ({
        ...piece,
        signer: { kind: 'key', sha256: 'f'.repeat(64), name: null },
        materials: [],
      })),
    });
    expect(await provenance(verified)).toMatchObject([{ signed: false }]);
  });

  it('is none that does not verify, is about another image, or says nothing of a build', async () => {
    const image = addImage(registry, 'app');
    attestImage(registry, 'app', image, acme, statement);
    const changed = (piece: Partial<Evidence>) => (gathered: GatheredImage) => ({
      ...gathered,
      evidence: gathered.evidence.map((each) => ({ ...each, ...piece })),
    });
    expect(await provenance(changed({ verified: false }))).toEqual([]);
    expect(await provenance(changed({ subject: addImage(registry, 'other', '1', { author: 'x' }).digest }))).toEqual(
      [],
    );
    expect(await provenance(changed({ predicateType: 'https://spdx.dev/Document' }))).toEqual([]);
    expect(await provenance(changed({ predicateType: null }))).toEqual([]);
  });

  it('has no content where the statement has none', async () => {
    attestImage(registry, 'app', addImage(registry, 'app'), acme, statement);
    const without = (content: unknown) => (gathered: GatheredImage) => ({
      ...gathered,
      evidence: gathered.evidence.map((each) => ({ ...each, statement: content })),
    });
    expect(await provenance(without(null))).toMatchObject([{ predicate: null }]);
    expect(await provenance(without('text'))).toMatchObject([{ predicate: null }]);
  });

  it('in the index is unsigned, and stays so where only the index’s own signature is trusted', async () => {
    const index = addIndex(registry, 'app', '1', [statement]);
    signImage(registry, 'app', index, acme);
    expect(await provenance()).toEqual([{ signed: false, ...statement }]);
  });

  it('in the index is signed where the only attestation manifest about the platform is, by somebody trusted', async () => {
    addIndex(registry, 'app', '1', [statement]);
    const signed = (piece: Partial<Evidence>) => (gathered: GatheredImage) => {
      const [one] = gathered.collected.unsigned;
      if (one === undefined) throw new Error('a statement is wanted');
      const vouching = byKey(acme.pem, { form: 'buildkit-attestation', subject: one.subject, log: null, ...piece });
      return { ...gathered, evidence: [vouching] };
    };
    expect(await provenance(signed({}))).toMatchObject([{ signed: true }]);
    expect(await provenance(signed({ verified: false }))).toMatchObject([{ signed: false }]);
    expect(await provenance(signed({ subject: addImage(registry, 'x', '1', { author: 'x' }).digest }))).toMatchObject([
      { signed: false },
    ]);
    const stranger = { signer: { kind: 'key', sha256: 'f'.repeat(64), name: null }, materials: [] } as const;
    expect(await provenance(signed(stranger))).toMatchObject([{ signed: false }]);
    const two = (gathered: GatheredImage): GatheredImage => {
      const one = signed({})(gathered);
      const { unsigned } = one.collected;
      const again = unsigned.map((each) => ({ ...each, manifest: each.subject }));
      return { ...one, collected: { ...one.collected, unsigned: [...unsigned, ...again] } };
    };
    expect(await provenance(two)).toMatchObject([{ signed: false }, { signed: false }]);
  });

  it('in the index is none that is a statement about something else', async () => {
    addIndex(registry, 'app', '1', [statement]);
    const other = (gathered: GatheredImage): GatheredImage => ({
      ...gathered,
      collected: {
        ...gathered.collected,
        unsigned: gathered.collected.unsigned.map((each) => ({
          ...each,
          predicateType: 'https://slsa.dev/provenance/v0.2',
        })),
      },
    });
    expect(await provenance(other)).toEqual([]);
  });
});

describe('a base', () => {
  it('is looked up once', async () => {
    addImage(registry, 'app');
    const base = addImage(registry, 'base', '1', { author: 'x' });
    const { source } = await sourceOf();
    const name = useOfImage(registry, 'base:1').name;
    source.announce(name, amd64);
    expect(await source.readImage(name, amd64)).toMatchObject({ root: base.digest });
    expect(await source.readImage(name, amd64)).toMatchObject({ root: base.digest });
    expect(registry.paths.filter((path) => path.endsWith('/v2/base/manifests/1'))).toHaveLength(1);
  });

  it('is none where its registry has it no more, and an error where that cannot be asked', async () => {
    addImage(registry, 'app');
    const { source } = await sourceOf();
    expect(await source.readImage(useOfImage(registry, 'gone:1').name, amd64)).toBeNull();
    const unreached = parseCanonicalName('127.0.0.1:1/base:1');
    await expect(source.readImage(unreached, amd64)).rejects.toMatchObject({ code: 'registry.unreachable' });
  });

  it('is none where it is not for that platform', async () => {
    addImage(registry, 'app');
    addIndex(registry, 'base', '1', []);
    const { source } = await sourceOf();
    expect(await source.readImage(useOfImage(registry, 'base:1').name, 'linux/s390x').catch(() => null)).toBeNull();
  });

  it('is one of 200 at most that a chain looks at', async () => {
    addImage(registry, 'app');
    addImage(registry, 'base');
    const { source } = await sourceOf();
    const names = Array.from({ length: 199 }, (_, index) => useOfImage(registry, `base:x${index}`).name);
    await Promise.all(names.map((name) => source.readImage(name, amd64)));
    const { name } = useOfImage(registry, 'base:1');
    expect(await source.readImage(name, amd64)).toBeNull();
    expect(registry.paths.some((path) => path.endsWith('/v2/base/manifests/1'))).toBe(false);
    const fresh = await sourceOf();
    expect(await fresh.source.readImage(name, amd64)).not.toBeNull();
  });
});
