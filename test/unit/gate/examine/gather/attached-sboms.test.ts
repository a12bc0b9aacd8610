import { beforeEach, describe, expect, it } from 'vitest';
import { readAttachedSboms } from '../../../../../src/gate/examine/gather/attached-sboms.ts';
import { type GatheredImage, gatherImage } from '../../../../../src/gate/examine/gather/gather-image.ts';
import { type Evidence, VerifyError } from '../../../../../src/model/index.ts';
import type { ImageSource } from '../../../../../src/oci/index.ts';
import {
  addImage,
  addIndex,
  attach,
  attestImage,
  newKeyHolder,
  policyFor,
  signImage,
  spdxOf,
  startRegistry,
} from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { byKey } from '../../../policy/support/evidence.ts';
import { pipelineUnder, useOfImage } from '../../gate-pipeline.ts';

const acme = newKeyHolder();
const statement = { predicateType: 'https://spdx.dev/Document', predicate: spdxOf('musl@1.2.5-r0') };

let registry: MemoryRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});

async function gathered(): Promise<GatheredImage> {
  const pipeline = await pipelineUnder(policyFor(registry, acme, 'app'));
  return await gatherImage(pipeline, useOfImage(registry, 'app:1'), { everything: true });
}

describe('an SBOM inside an index', () => {
  it('is unsigned by itself, and signed where the index is', async () => {
    const index = addIndex(registry, 'app', '1', [statement]);
    expect((await readAttachedSboms(await gathered())).sboms).toMatchObject([{ trust: 'unsigned', signer: null }]);
    signImage(registry, 'app', index, acme);
    expect((await readAttachedSboms(await gathered())).sboms).toMatchObject([
      { trust: 'signed', signer: { kind: 'key' } },
    ]);
  });

  it('is signed where its attestation manifest is, and only where no other one is about the same platform', async () => {
    addIndex(registry, 'app', '1', [statement]);
    const found = await gathered();
    const [one] = found.collected.unsigned;
    if (one === undefined) throw new Error('a statement is wanted');
    const evidence: readonly Evidence[] = [byKey(acme.pem, { form: 'buildkit-attestation', subject: one.subject })];
    expect((await readAttachedSboms({ ...found, evidence })).sboms).toMatchObject([{ trust: 'signed' }]);
    if (found.resolution.kind === 'unresolved') throw found.resolution.failure;
    const { image } = found.resolution;
    const other = image.children.find(({ digest }) => digest !== one.manifest);
    const unsigned = [one, { ...one, manifest: other?.digest ?? one.manifest }];
    const two = await readAttachedSboms({ ...found, evidence, collected: { ...found.collected, unsigned } });
    expect(two.sboms.map(({ trust }) => trust)).toEqual(['unsigned', 'unsigned']);
  });

  it('is not signed by a signature on the platform’s own manifest', async () => {
    addIndex(registry, 'app', '1', [statement]);
    const found = await gathered();
    const evidence = [byKey(acme.pem, { subject: found.collected.unsigned[0]?.subject as Evidence['subject'] })]; // there is one
    expect((await readAttachedSboms({ ...found, evidence })).sboms).toMatchObject([{ trust: 'unsigned' }]);
  });

  it('is a fault where it is about something else', async () => {
    addIndex(registry, 'app', '1', [statement]);
    const found = await gathered();
    const unsigned = found.collected.unsigned.map((one) => ({ ...one, predicateType: 'https://cyclonedx.org/bom' }));
    const read = await readAttachedSboms({ ...found, collected: { ...found.collected, unsigned } });
    expect(read).toMatchObject({
      sboms: [],
      faults: [expect.stringContaining('is no statement about')],
      problem: null,
    });
  });
});

describe('an attested SBOM', () => {
  it('that does not verify is a fault, and never an unsigned one', async () => {
    const image = addImage(registry, 'app');
    attestImage(registry, 'app', image, acme, statement);
    const found = await gathered();
    const broken = (problem: Evidence['problem']): GatheredImage => ({
      ...found,
      evidence: found.evidence.map((piece) => ({ ...piece, verified: false, problem })),
    });
    const forged = await readAttachedSboms(broken({ code: 'invalid-signature', message: 'it was changed' }));
    expect(forged).toMatchObject({ sboms: [], faults: ['an attested SBOM does not verify: it was changed'] });
    const ofStranger = await readAttachedSboms(broken({ code: 'unknown-signer', message: 'nobody knows it' }));
    expect(ofStranger).toMatchObject({ sboms: [{ trust: 'unsigned' }], faults: [] });
  });

  it('is signed for its own content alone: another one of the same signer covers nothing of it', async () => {
    attestImage(registry, 'app', addImage(registry, 'app'), acme, statement);
    const found = await gathered();
    const evidence = found.evidence.map((piece) => ({ ...piece, statement: { predicate: spdxOf('curl@8.9.0-r0') } }));
    expect((await readAttachedSboms({ ...found, evidence })).sboms).toMatchObject([{ trust: 'unsigned' }]);
    const none = found.evidence.map((piece) => ({ ...piece, statement: null }));
    expect((await readAttachedSboms({ ...found, evidence: none })).sboms).toMatchObject([{ trust: 'unsigned' }]);
  });

  it('is none where it attests to something that lists no packages', async () => {
    const predicateType = 'https://slsa.dev/provenance/v1';
    attestImage(registry, 'app', addImage(registry, 'app'), acme, { predicateType, predicate: {} });
    expect(await readAttachedSboms(await gathered())).toEqual({ sboms: [], faults: [], problem: null });
  });
});

describe('what keeps more SBOMs from being known', () => {
  const failing = (error: VerifyError) => [{ error, subject: 'sha256:x', location: 'the referrers' }] as never; // the digest plays no part

  it('is a problem where asking again may help, and a fault where not', async () => {
    attach(registry, 'app', addImage(registry, 'app'), spdxOf('musl@1.2.5-r0'), 'application/spdx+json');
    const found = await gathered();
    const withProblem = async (code: 'registry.unreachable' | 'registry.untrustworthy' | 'attachment.ignored') =>
      await readAttachedSboms({
        ...found,
        collected: { ...found.collected, problems: failing(new VerifyError(code, 'it said nothing')) },
      });
    expect(await withProblem('registry.unreachable')).toMatchObject({
      sboms: [{}],
      faults: [],
      problem: 'the referrers: it said nothing',
    });
    expect(await withProblem('registry.untrustworthy')).toMatchObject({
      faults: ['the referrers: it said nothing'],
      problem: null,
    });
    expect(await withProblem('attachment.ignored')).toMatchObject({ faults: [], problem: null });
  });

  it('is that the image could not be looked up, or lies in the local store alone', async () => {
    const found = await gathered();
    if (found.resolution.kind !== 'unresolved') throw new Error('no image is wanted');
    expect((await readAttachedSboms(found)).problem).toBe(found.resolution.failure.message);
    addImage(registry, 'app');
    const there = await gathered();
    const held = (failure: VerifyError | null) =>
      readAttachedSboms({ ...there, resolution: { ...there.resolution, client: null, failure } } as GatheredImage); // of the kind that it was
    expect((await held(null)).problem).toBe('it lies in the local store alone');
    expect((await held(new VerifyError('registry.unreachable', 'no answer'))).problem).toBe('no answer');
  });

  it('is no defect of our own, which goes on', async () => {
    addIndex(registry, 'app', '1', [statement]);
    const found = await gathered();
    const client = {
      blob: async () => {
        throw new TypeError('a defect');
      },
    } as unknown as ImageSource; // nothing else of it is asked
    const resolution = { ...found.resolution, client } as GatheredImage<ImageSource>['resolution']; // of the kind that it was
    await expect(readAttachedSboms({ ...found, resolution })).rejects.toThrow('a defect');
  });
});
