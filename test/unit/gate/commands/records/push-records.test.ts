import { describe, expect, it } from 'vitest';
import { pushRecords } from '../../../../../src/gate/commands/records/push-records.ts';
import type { BuildRecord, Descriptor } from '../../../../../src/model/index.ts';
import { addPulledRecords, appendRecords, stateFolder } from '../../../../../src/records/index.ts';
import { addImage, startRegistry } from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { record } from '../../../records/support.ts';
import { sessionIn } from '../../gate-pipeline.ts';

interface Recorded {
  readonly registry: MemoryRegistry;
  readonly image: Descriptor;
  readonly push: (named: string) => ReturnType<typeof pushRecords>;
}

const policies = [{ layer: 'project', source: 'p', sha256: 'a'.repeat(64) }] as const;

/** An image `made:1`, with the record of a build that this machine made. */
async function recorded(
  of: (image: Descriptor, config: string) => Partial<BuildRecord>,
  isPulled = false,
): Promise<Recorded> {
  const registry = await startRegistry();
  const image = addImage(registry, 'made');
  addImage(registry, 'made', 'latest', { author: 'latest' });
  const folder = await folderOf({ 'docker-verify.yaml': 'version: 1\ndefault: allow\n' });
  const session = sessionIn(folder);
  const state = stateFolder(session.environment);
  const config = (JSON.parse(String(registry.manifests.get('made 1')?.bytes)) as { config: Descriptor }).config.digest;
  const made = record('signed-contents', [], { policies, audited: true, ...of(image, config) });
  const pulled = { from: 'registry.example.com/app', signer: null, result: 'PASSED' } as const;
  if (isPulled) await addPulledRecords(state, [{ ...made, pulled }]);
  else await appendRecords(state, [made]);
  const signing = { unsigned: true, key: null, keyPasswordFile: null, fulcio: null, rekor: null };
  return {
    registry,
    image,
    push: (named) => pushRecords(session, [`${registry.host}/${named}`], { ...signing, sbom: false }),
  };
}

describe('the record of a build', () => {
  it('is found by the digest of what was pushed, under its tag or by that digest', async () => {
    const { push, image } = await recorded(({ digest }) => ({ digest }));
    expect(await push('made:1')).toMatchObject([{ digest: image.digest, signer: null, sbom: null }]);
    expect(await push(`made@${image.digest}`)).toMatchObject([{ digest: image.digest }]);
    await expect(push('made')).rejects.toMatchObject({ code: 'usage.invalid' });
  });

  it('is found by the configuration where a store of images pushed it under another manifest', async () => {
    const { push } = await recorded((_, config) => ({ digest: null, imageId: config as BuildRecord['imageId'] }));
    expect(await push('made:1')).toHaveLength(1);
  });

  it('is none that another machine made, or that does not say which policies were in force', async () => {
    const ofOthers = await recorded(({ digest }) => ({ digest }), true);
    await expect(ofOthers.push('made:1')).rejects.toMatchObject({
      message: expect.stringContaining('no record of this machine'),
    });
    const old = await recorded(({ digest }) => ({ digest, policies: undefined }) as unknown as Partial<BuildRecord>); // as records were before they had policies
    await expect(old.push('made:1')).rejects.toMatchObject({ hint: 'an older version wrote it: build again' });
  });
});
