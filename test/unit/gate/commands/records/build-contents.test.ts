import { beforeEach, describe, expect, it } from 'vitest';
import { buildContents } from '../../../../../src/gate/commands/records/build-contents.ts';
import { fetchMissingSboms } from '../../../../../src/gate/commands/records/fetch-missing-sboms.ts';
import { parseCanonicalName } from '../../../../../src/model/index.ts';
import { stateFolder } from '../../../../../src/records/index.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { digestFor, image, noteImage, record, spdx } from '../../../records/support.ts';
import { sessionIn } from '../../gate-pipeline.ts';

const musl = 'pkg:apk/alpine/musl@1.2.5-r0';
const curl = 'pkg:apk/alpine/curl@8.9.0-r0';
let folder: string;
beforeEach(async () => {
  folder = await folderOf({ 'docker-verify.yaml': 'version: 1\ndefault: allow\n' });
});

const note = (...[name, sbom, more]: [string, string | null, Parameters<typeof noteImage>[3]?]) =>
  noteImage(stateFolder(sessionIn(folder).environment), name, sbom, more);
const contents = (given: ReturnType<typeof record>) => buildContents(sessionIn(folder, { offline: true }), given);

describe('the software inside a recorded build', () => {
  it('is what its SBOM lists, each as of its base or not, and as far as it is signed', async () => {
    await note('base', spdx([musl]));
    await note('app', spdx([musl, curl]), { trust: 'unsigned' });
    const { result, images } = await contents(record('app', [image('base')]));
    expect(result).toMatchObject({ role: 'result', name: 'app', isKnown: true });
    expect(new Set(result.packages.map(({ name, fromBase, trust }) => `${name} ${fromBase} ${trust}`))).toEqual(
      new Set(['curl false unsigned', 'musl true unsigned']),
    );
    expect(images).toMatchObject([{ role: 'runtime-base', packages: [{ name: 'musl', trust: 'signed' }] }]);
  });

  it('is of a base or not where nothing is known of the base: that is not known', async () => {
    await note('app', spdx([curl]));
    const { result } = await contents(record('app', [image('base')]));
    expect(result.packages).toMatchObject([{ name: 'curl', fromBase: null, trust: 'signed' }]);
  });

  it('is not known where no SBOM is kept, none can be read, or it has no digest', async () => {
    expect((await contents(record('app', []))).result).toMatchObject({ isKnown: false, packages: [] });
    await note('broken', 'no SBOM');
    expect((await contents(record('broken', []))).result).toMatchObject({ isKnown: false });
    const nameless = { digest: null, imageId: null, tags: [] };
    expect((await contents(record('x', [], nameless))).result).toMatchObject({
      name: null,
      digest: null,
      isKnown: false,
    });
  });

  it('is found under the identifier of the configuration where the builder named no digest', async () => {
    await note('config of app', spdx([curl]));
    const { result } = await contents(record('app', [], { digest: null }));
    expect(result).toMatchObject({ digest: digestFor('config of app'), isKnown: true });
  });
});

describe('an SBOM that is not kept', () => {
  const missing = {
    name: parseCanonicalName('127.0.0.1:1/app:1'),
    digest: digestFor('app'),
    platforms: ['linux/amd64'],
  };

  it('is looked up, and what cannot be had is kept as not known, without a word', async () => {
    expect(await fetchMissingSboms(sessionIn(folder, { offline: true }), [missing])).toEqual([]);
  });

  it('is a remark where nothing can be kept', async () => {
    const session = sessionIn(folder, { offline: true });
    const variables = { XDG_STATE_HOME: `${folder}/docker-verify.yaml` };
    const remarks = await fetchMissingSboms({ ...session, environment: { ...session.environment, variables } }, [
      missing,
    ]);
    expect(remarks).toEqual([expect.stringMatching(/^what was looked up of 127\.0\.0\.1:1\/app:1 is not kept: /)]);
  });

  it('is not looked up after so many others, which is said', async () => {
    const many = Array.from({ length: 2000 }, (_, index) => ({ ...missing, digest: digestFor(String(index)) }));
    const remarks = await fetchMissingSboms(sessionIn(folder, { offline: true }), many).then((all) => all.join());
    expect(remarks).toMatch(/^\d+ more images were not looked up this time$/);
  });

  it('is no answer where the run was cancelled', async () => {
    const cancelled = sessionIn(folder, { offline: true }, { signal: AbortSignal.abort() });
    await expect(fetchMissingSboms(cancelled, [missing])).rejects.toMatchObject({ code: 'cancelled' });
  });
});
