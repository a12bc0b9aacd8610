import { describe, expect, it } from 'vitest';
import { beyondBudget, newBudget } from '../../../../src/oci/attached/attachment-budget.ts';
import { bounds } from '../../../../src/oci/transport/bounds.ts';
import { startRegistry } from '../harness.ts';
import { sha256 } from '../memory-registry.ts';
import { signatureTypes } from '../signature-types.ts';
import { at, contents, refer, signByTag, tagOf } from '../signed-images.ts';

describe('what is too much', () => {
  it('in one signature is not fetched, and the others count', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const large = { mediaType: signatureTypes.simpleSigning, digest: sha256('large'), size: bounds.signature + 1 };
    registry.artifact('a', [large, registry.blob('good', signatureTypes.simpleSigning)], {}, `${tagOf(image)}.sig`);
    const collected = await at(registry);
    expect(contents(collected)).toEqual(['good']);
    expect(collected.problems).toMatchObject([
      { error: { code: 'registry.untrustworthy', message: expect.stringMatching(/10485760/) } },
    ]);
    expect(registry.paths.some((path) => path.includes(large.digest))).toBe(false);
  });

  it('for a signature is not too much for an attestation', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const layer = registry.blob(Buffer.alloc(bounds.signature + 1), signatureTypes.dsse);
    registry.artifact(
      'a',
      [layer, { ...layer, digest: sha256('x'), size: bounds.attestation + 1 }],
      {},
      `${tagOf(image)}.att`,
    );
    const { attachments, problems } = await at(registry);
    expect(attachments).toHaveLength(1);
    expect(problems).toMatchObject([{ error: { message: expect.stringMatching(/67108864/) } }]);
  });

  it('than its descriptor says is cut off', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    signByTag(registry, image, 'short');
    registry.blobs.set(sha256('short'), Buffer.alloc(1_000_000));
    const { attachments, problems } = await at(registry);
    expect(attachments).toEqual([]);
    expect(problems).toMatchObject([{ error: { code: 'registry.untrustworthy' } }]);
  });

  it('in layers is refused', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const layer = registry.blob('x', signatureTypes.simpleSigning);
    registry.artifact(
      'a',
      Array.from({ length: bounds.layers + 1 }, () => layer),
      {},
      `${tagOf(image)}.sig`,
    );
    refer(registry, image, 'good');
    const collected = await at(registry);
    expect(contents(collected)).toEqual(['good']);
    expect(collected.problems).toMatchObject([{ error: { code: 'registry.untrustworthy' } }]);
  });
});

describe('the budget of one image', () => {
  const layer = (size: number) => ({ mediaType: 'm', digest: sha256('x'), size });

  it('ends at a number of signatures, and attestations do not use it up', () => {
    const budget = newBudget();
    const admitted = (form: 'cosign-signature' | 'cosign-attestation') =>
      Array.from({ length: bounds.attachments + 5 }, () => budget.admits(form, layer(1))).filter(Boolean).length;
    expect(admitted('cosign-attestation')).toBe(bounds.attachments);
    expect(admitted('cosign-signature')).toBe(bounds.attachments);
    expect(budget.refused()).toBe(10);
    expect(beyondBudget(budget.refused(), sha256('image'))).toMatchObject([
      { error: { code: 'registry.untrustworthy' } },
    ]);
  });

  it('ends at a number of bytes', () => {
    const budget = newBudget();
    const most = bounds.attachmentBytes / bounds.attestation;
    const admitted = Array.from({ length: 10 }, () => budget.admits('cosign-attestation', layer(bounds.attestation)));
    expect(admitted.filter(Boolean)).toHaveLength(most);
  });

  it('that is not exceeded is no problem', () => expect(beyondBudget(0, sha256('image'))).toEqual([]));
});
