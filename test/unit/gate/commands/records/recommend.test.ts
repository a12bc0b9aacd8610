import { beforeEach, describe, expect, it } from 'vitest';
import { recommend } from '../../../../../src/gate/commands/records/recommend.ts';
import { standardInput } from '../../../../../src/gate/session/standard-input.ts';
import { type Advice, defaultOwnOptions, type OwnOptions, parseCanonicalName } from '../../../../../src/model/index.ts';
import { appendRecords, stateFolder } from '../../../../../src/records/index.ts';
import { attach, spdxOf, startRegistry } from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { digestFor, image, record } from '../../../records/support.ts';
import { addLayered, sessionIn } from '../../gate-pipeline.ts';

const spdxType = 'application/spdx+json';
let registry: MemoryRegistry;
let folder: string;
beforeEach(async () => {
  registry = await startRegistry();
  folder = await folderOf({ 'docker-verify.yaml': 'version: 1\ndefault: allow\n' });
});

async function adviceOn(named: string, own: Partial<OwnOptions> = {}): Promise<Advice> {
  const session = sessionIn(folder, { ...defaultOwnOptions, timeout: 10_000, ...own });
  const input = standardInput(() => process.stdin, session.environment);
  const [advice] = await recommend(session, [`${registry.host}/${named}`], input);
  if (advice === undefined) throw new Error('advice is wanted');
  return advice;
}

const builtOn = async (name: string, digest: ReturnType<typeof digestFor> | null): Promise<void> => {
  const used = { ...image('base'), name: parseCanonicalName(`${registry.host}/${name}`), digest };
  await appendRecords(stateFolder(sessionIn(folder).environment), [record('made', [used])]);
};

describe('a refresh', () => {
  it('is from what the last recorded build used to what the tag stands for now, with the packages that change', async () => {
    const old = addLayered(registry, 'app', { layers: ['1'], base: null });
    attach(registry, 'app', old, spdxOf('musl@1.2.5-r0'), spdxType);
    const now = addLayered(registry, 'app', { layers: ['1', '2'], base: null });
    attach(registry, 'app', now, spdxOf('musl@1.2.5-r1'), spdxType);
    await builtOn('app:1', old.digest);
    const { refresh } = await adviceOn('app:1');
    expect(refresh).toMatchObject({ from: old.digest, to: now.digest });
    expect(JSON.stringify(refresh?.packages)).toContain('musl');
  });

  it('does not say which packages change where an SBOM of either is missing, or the old one is gone', async () => {
    const now = addLayered(registry, 'app', { layers: ['1', '2'], base: null });
    attach(registry, 'app', now, spdxOf('musl@1.2.5-r1'), spdxType);
    await builtOn('app:1', digestFor('gone'));
    const gone = await adviceOn('app:1');
    expect(gone.refresh).toMatchObject({ from: digestFor('gone'), packages: null });
    expect(gone.unknown.join()).toContain('what a refresh changes');
    const other = addLayered(registry, 'app', { layers: ['3'], base: null });
    await builtOn('app:1', now.digest);
    expect((await adviceOn('app:1')).refresh).toMatchObject({ from: now.digest, to: other.digest, packages: null });
  });

  it('is none where nothing says what was built upon, the tag stands for that still, or there is no tag', async () => {
    const now = addLayered(registry, 'app', { layers: ['1'], base: null });
    expect((await adviceOn('app:1')).refresh).toBeNull();
    await builtOn('app:1', null);
    expect((await adviceOn('app:1')).refresh).toBeNull();
    await builtOn('app:1', now.digest);
    expect((await adviceOn('app:1')).refresh).toBeNull();
    expect((await adviceOn(`app@${now.digest}`)).refresh).toBeNull();
  });

  it('is from the digest that is written beside a tag', async () => {
    const old = addLayered(registry, 'app', { layers: ['1'], base: null });
    const now = addLayered(registry, 'app', { layers: ['2'], base: null });
    expect((await adviceOn(`app:1@${old.digest}`)).refresh).toMatchObject({ from: old.digest, to: now.digest });
  });

  it('is not known where the tag is gone, which is said', async () => {
    const old = addLayered(registry, 'app', { layers: ['1'], base: null });
    registry.manifests.delete('app 1');
    const advice = await adviceOn(`app:1@${old.digest}`);
    expect(advice.refresh).toBeNull();
    expect(advice.unknown.join()).toContain('what the tag stands for now');
  });
});

describe('what is inside', () => {
  it('is counted where an SBOM says it, and said to be unknown where none is attached', async () => {
    const app = addLayered(registry, 'app', { layers: ['1'], base: null });
    const without = await adviceOn('app:1');
    expect(without).toMatchObject({ inside: null, bytes: { total: 10, base: null, own: null } });
    expect(without.unknown).toContain('what is inside: no SBOM is attached');
    attach(registry, 'app', app, spdxOf('musl@1.2.5-r0'), spdxType);
    const withSbom = await adviceOn('app:1', { refresh: true });
    expect(withSbom).toMatchObject({ inside: { packages: 1, trust: 'unsigned' } });
    expect(withSbom.unknown).not.toContain('what is inside: no SBOM is attached');
  });
});

it('an image that cannot be looked up has no digest, and one word on why', async () => {
  const { digest, inside, bytes, unknown } = await adviceOn('none:1');
  expect([digest, inside, bytes]).toEqual([null, null, null]);
  expect(unknown).toEqual([expect.stringMatching(/^the image itself, its sizes/)]);
});
