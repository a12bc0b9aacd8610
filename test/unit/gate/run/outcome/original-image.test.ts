import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type ImageSearch,
  openLayoutContents,
  openOriginal,
} from '../../../../../src/gate/run/outcome/original-image.ts';
import { openRegistries } from '../../../../../src/gate/session/registries.ts';
import { type BuildRecord, type Descriptor, VerifyError } from '../../../../../src/model/index.ts';
import { addImage, layoutOf, startRegistry } from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { digestFor, record } from '../../../records/support.ts';
import { sessionIn } from '../../gate-pipeline.ts';

let registry: MemoryRegistry;
let image: Descriptor;
beforeEach(async () => {
  registry = await startRegistry();
  image = addImage(registry, 'app');
});

/** The images that are found of a record; the engine has none, or fails so. */
async function found(more: Partial<BuildRecord>, failure: Error | null = null) {
  const folder = await folderOf({});
  const session = sessionIn(folder);
  const local = {
    endpoint: async () => ({ local: true }),
    engine: async () => {
      if (failure !== null) throw failure;
      return { inspectImage: async () => null };
    },
  } as unknown as ImageSearch['local']; // what of it is asked
  const registries = openRegistries(session, local);
  try {
    const given = record('app', [], { digest: image.digest, pushed: [`${registry.host}/app:1`], ...more });
    return await openOriginal(
      { session, programs: { docker: null, buildx: '/none' }, local, registries, folder },
      given,
    );
  } finally {
    await registries.close();
  }
}

describe('the image that a record tells of', () => {
  it('is taken from where it was pushed to, by its digest, where the engine has it no more', async () => {
    expect(await found({})).toMatchObject([{ platform: 'linux/amd64' }]);
    expect(await found({ pushed: [`${registry.host}/none:1`, `${registry.host}/app:1`] })).toHaveLength(1);
  });

  it('is taken from the registry where the engine cannot be asked', async () => {
    expect(await found({}, new VerifyError('builder.unavailable', 'no daemon'))).toHaveLength(1);
  });

  it.each<readonly [string, () => Partial<BuildRecord>]>([
    ['it was pushed nowhere', () => ({ pushed: [] })],
    ['the registry has it no more', () => ({ digest: digestFor('gone') })],
    ['no digest of it is known', () => ({ digest: null })],
  ])('is not to be had where %s', async (_, more) => {
    expect(await found(more())).toBeNull();
  });

  it('is of a shared record taken from where that was pulled from, and nowhere else', async () => {
    const from = { signer: null, result: 'PASSED' } as const;
    const named = (repository: string) => ({ pulled: { ...from, from: `${registry.host}/${repository}` } });
    expect(await found({ ...named('app'), pushed: [] })).toHaveLength(1);
    expect(await found({ ...named('none') })).toBeNull();
  });

  it('is no answer where the run was cancelled, or the defect is our own', async () => {
    await expect(found({}, new VerifyError('cancelled', 'cancelled'))).rejects.toMatchObject({ code: 'cancelled' });
    await expect(found({}, new TypeError('a defect'))).rejects.toThrow('a defect');
  });
});

describe('a layout on disk', () => {
  async function opened(change: (index: { manifests: unknown }) => unknown) {
    const folder = await folderOf({});
    for (const [name, bytes] of Object.entries(layoutOf(registry, 'app', image))) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      const isIndex = name === 'index.json';
      const text = isIndex ? JSON.stringify(change(JSON.parse(bytes.toString()) as { manifests: unknown })) : bytes;
      await writeFile(join(folder, name), text);
    }
    return await openLayoutContents(folder);
  }

  it('holds the images that its index lists, each once', async () => {
    expect(await opened((index) => index)).toHaveLength(1);
    const twice = ({ manifests }: { manifests: unknown }): object => ({ manifests: [manifests, manifests].flat(2) });
    expect(await opened((index) => ({ ...index, ...twice(index) }))).toHaveLength(1);
  });

  it('holds none that its index lists without a digest', async () => {
    expect(await opened((index) => ({ ...index, manifests: [null, 1, {}, { digest: 'x' }] })).catch(() => [])).toEqual(
      [],
    );
  });
});
