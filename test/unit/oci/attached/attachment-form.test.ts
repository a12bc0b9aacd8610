import { describe, expect, it } from 'vitest';
import { collect, nameAt, newClient, startRegistry } from '../harness.ts';
import { signatureTypes } from '../signature-types.ts';
import { contents, refer, tagOf } from '../signed-images.ts';

describe('attestations that are not wanted', () => {
  it('are not fetched, and no claim hides a signature', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const lying = { annotations: { 'dev.sigstore.bundle.predicateType': 'https://spdx.dev/Document' } };
    refer(registry, image, 'signature that claims to be an SBOM', lying);
    refer(registry, image, 'x'.repeat(300_000), lying);
    registry.artifact('a', [registry.blob('att', signatureTypes.dsse)], {}, `${tagOf(image)}.att`);
    const none = await collect(newClient(), nameAt(registry, 'a:1'), { attestations: 'none' });
    expect(contents(none)).toEqual(['signature that claims to be an SBOM']);
    expect(registry.paths.some((path) => path.endsWith('.att'))).toBe(false);
    const all = await collect(newClient(), nameAt(registry, 'a:1'));
    expect(all.attachments).toHaveLength(3);
  });

  it('may be all but provenance', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const layer = (content: string, predicateType?: string) => ({
      ...registry.blob(content, signatureTypes.dsse),
      ...(predicateType === undefined ? {} : { annotations: { predicateType } }),
    });
    const layers = [
      layer('p', 'https://slsa.dev/provenance/v1'),
      layer('s', 'https://spdx.dev/Document'),
      layer('unnamed'),
    ];
    registry.artifact('a', layers, {}, `${tagOf(image)}.att`);
    const some = await collect(newClient(), nameAt(registry, 'a:1'), { attestations: 'provenance' });
    expect(contents(some)).toEqual(['p', 'unnamed']);
  });
});
