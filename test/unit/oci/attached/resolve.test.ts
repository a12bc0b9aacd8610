import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCanonicalName } from '../../../../src/model/index.ts';
import {
  createRegistryClient,
  type RegistryClient,
  type RegistryClientOptions,
  resolveImage,
} from '../../../../src/oci/index.ts';
import { bareEnvironment, MemoryRegistry } from '../memory-registry.ts';

const registries: MemoryRegistry[] = [];
const clients: RegistryClient[] = [];
let registry: MemoryRegistry;
let folder: string;

function client(options: Partial<RegistryClientOptions> = {}): RegistryClient {
  const created = createRegistryClient({ environment: bareEnvironment(), timeout: 10_000, ...options });
  clients.push(created);
  return created;
}

const named = (rest: string) => parseCanonicalName(`${registry.host}/${rest}`);
const amd64 = { os: 'linux', architecture: 'amd64' };
const arm64 = { os: 'linux', architecture: 'arm64', variant: 'v8' };

beforeEach(async () => {
  registry = await new MemoryRegistry().start();
  registries.push(registry);
  folder = await mkdtemp(join(tmpdir(), 'oci-'));
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((each) => each.close()));
  await Promise.all(registries.splice(0).map((each) => each.stop()));
  await rm(folder, { recursive: true, force: true });
});

describe('what a name stands for', () => {
  it('is the digest of the manifest under its tag', async () => {
    const image = registry.image('acme/app', '1');
    const resolved = await resolveImage(client(), { name: named('acme/app:1'), platforms: ['linux/amd64'] });
    expect(resolved.root).toMatchObject({ digest: image.digest, size: image.size });
    expect(resolved.platforms).toEqual([{ platform: 'linux/amd64', digest: image.digest }]);
    expect(resolved.source).toBe('registry');
  });

  it('is the digest that is written, whatever the tag beside it says', async () => {
    const right = registry.image('acme/app', 'other');
    registry.image('acme/app', '1');
    const name = named(`acme/app:1@${right.digest}`);
    const resolved = await resolveImage(client(), { name, platforms: [] });
    expect(resolved.root.digest).toBe(right.digest);
    expect(resolved.source).toBe('written');
    expect(registry.paths.some((path) => path.endsWith('/manifests/1'))).toBe(false);
  });

  it('gives the manifest, the triggers and the layers of each platform', async () => {
    const layer = `sha256:${'a'.repeat(64)}`;
    const first = registry.image('a', undefined, {
      config: { OnBuild: ['COPY . /'] },
      rootfs: { type: 'layers', diff_ids: [layer] },
    });
    const second = registry.image('a', undefined, { config: { onbuild: ['RUN x'] } });
    const attestation = {
      ...first,
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    };
    registry.index('a', [attestation, { ...first, platform: amd64 }, { ...second, platform: arm64 }], '1');
    const resolved = await resolveImage(client(), { name: named('a:1'), platforms: ['linux/arm64', 'linux/amd64'] });
    expect(resolved.platforms).toEqual([
      { platform: 'linux/arm64', digest: second.digest },
      { platform: 'linux/amd64', digest: first.digest },
    ]);
    expect(resolved.onbuild).toEqual({ 'linux/amd64': ['COPY . /'], 'linux/arm64': ['RUN x'] });
    expect(resolved.chainIds).toEqual({ 'linux/amd64': layer });
    expect(resolved.children).toHaveLength(3);
  });

  it('is refused for a platform that is not there, with those that are', async () => {
    const only = registry.image('a');
    registry.index('a', [{ ...only, platform: amd64 }], '1');
    const attempt = resolveImage(client(), { name: named('a:1'), platforms: ['linux/s390x'] });
    await expect(attempt).rejects.toMatchObject({
      code: 'registry.failed',
      message: expect.stringMatching(/only for linux\/amd64/),
    });
  });

  it.each([
    ['in capitals', (mediaType: string) => mediaType.toUpperCase()],
    ['with a parameter', (mediaType: string) => `${mediaType}; charset=utf-8`],
  ])('is nothing where its media type is written %s, which a builder takes for no manifest', async (_, spell) => {
    const image = registry.image('a', 'x');
    registry.index('a', [{ ...image, mediaType: spell(image.mediaType), platform: amd64 }], '1');
    const asked = { name: named('a:1'), platforms: ['linux/amd64'] };
    await expect(resolveImage(client(), asked)).rejects.toThrow('has no image for linux/amd64 in its index');
    registry.index('a', [{ ...image, platform: amd64 }], '1');
    expect((await resolveImage(client(), asked)).platforms).toEqual([
      { platform: 'linux/amd64', digest: image.digest },
    ]);
  });

  it('is what BuildKit takes: what an entry is called plays no part, its platform alone does', async () => {
    const [image, attestation] = [registry.image('a'), registry.image('a', undefined, { config: {}, os: 'x' })];
    const marked = { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } };
    registry.index(
      'a',
      [
        { ...attestation, ...marked, platform: amd64 },
        { ...image, platform: amd64 },
      ],
      '1',
    );
    const resolved = await resolveImage(client(), { name: named('a:1'), platforms: ['linux/amd64'] });
    expect(resolved.platforms).toEqual([{ platform: 'linux/amd64', digest: attestation.digest }]);
  });

  it.each([
    ['a system that is left out', { architecture: 'amd64' }],
    ['a system that is null', { os: null, architecture: 'amd64' }],
    ['other letters', { os: 'LINUX', architecture: 'X86_64', variant: 'V1' }],
  ])('is an entry with %s', async (_what, platform) => {
    const image = registry.image('a');
    registry.index(
      'a',
      [
        { ...registry.image('a', 'x'), platform: arm64 },
        { ...image, platform },
      ],
      '1',
    );
    const resolved = await resolveImage(client(), { name: named('a:1'), platforms: ['linux/amd64'] });
    expect(resolved.platforms).toEqual([{ platform: 'linux/amd64', digest: image.digest }]);
  });

  it.each([
    ['takes the platform of the configuration where it names none', { os: 'linux', architecture: 'amd64' }, true],
    ['takes it in any case, and Linux where no system is named', { Architecture: 'AMD64' }, true],
    ['does not take another platform', { os: 'linux', architecture: 'arm64' }, false],
    ['does not take a configuration without a platform', {}, false],
  ])('of an entry %s', async (_what, config, isTaken) => {
    const image = registry.image('a', undefined, config);
    // of several without a platform only the first is looked at, as BuildKit does
    const second = registry.image('a', undefined, { os: 'linux', architecture: 'amd64', second: true });
    registry.index('a', [{ ...registry.image('a', 'x'), platform: arm64 }, image, second], '1');
    const attempt = resolveImage(client(), { name: named('a:1'), platforms: ['linux/amd64'] });
    const outcome = await attempt.then(
      ({ platforms }) => platforms.map(({ digest }) => digest === image.digest),
      (error: { code: string }) => error.code,
    );
    expect(outcome).toEqual(isTaken ? [true] : 'registry.failed');
  });

  it('is the manifest inside of an index within the index, and never that index', async () => {
    const image = registry.image('a', undefined, { os: 'linux', architecture: 'amd64' });
    const inner = registry.index('a', [image]);
    registry.index('a', [inner], '1');
    const resolved = await resolveImage(client(), { name: named('a:1'), platforms: ['linux/amd64'] });
    expect(resolved.platforms).toEqual([{ platform: 'linux/amd64', digest: image.digest }]);
  });

  it('is refused where builders differ about an entry that asks for features of the system', async () => {
    const [plain, special] = [registry.image('a'), registry.image('a', 'x')];
    const featured = { ...special, platform: { ...amd64, 'os.features': ['erofs'] } };
    registry.index('a', [featured, { ...plain, platform: amd64 }], '1');
    registry.index('a', [{ ...plain, platform: amd64 }, featured], '2');
    const request = (tag: string) => ({ name: named(`a:${tag}`), platforms: ['linux/amd64'] });
    await expect(resolveImage(client(), request('1'))).rejects.toMatchObject({ code: 'registry.failed' });
    expect((await resolveImage(client(), request('2'))).platforms).toMatchObject([{ digest: plain.digest }]);
  });

  it.each([
    ['null', { layers: null }],
    ['left out', { layers: undefined }],
    ['empty', { layers: [] }],
  ])('is an image whose list of layers is %s, as Docker writes one without any', async (_what, more) => {
    const image = registry.image('a', '1', { config: { OnBuild: null }, rootfs: { diff_ids: null } }, more);
    const resolved = await resolveImage(client(), { name: named('a:1'), platforms: ['linux/amd64'] });
    expect(resolved.platforms).toEqual([{ platform: 'linux/amd64', digest: image.digest }]);
  });

  it('may have labels that differ by case alone, but no triggers that do', async () => {
    const labels = { maintainer: 'a', MAINTAINER: 'b' };
    registry.image('a', '1', { config: { Labels: labels, OnBuild: ['RUN x'] } });
    registry.image('a', '2', { config: { Labels: labels, OnBuild: ['RUN x'], onbuild: [] } });
    const request = (tag: string) => ({ name: named(`a:${tag}`), platforms: ['linux/amd64'] });
    expect((await resolveImage(client(), request('1'))).onbuild).toEqual({ 'linux/amd64': ['RUN x'] });
    await expect(resolveImage(client(), request('2'))).rejects.toMatchObject({ code: 'registry.untrustworthy' });
  });

  it('may lie in an index within the index, but not for ever', async () => {
    const image = registry.image('a');
    const wrap = (inner: object) => ({ ...registry.index('a', [inner]), platform: amd64 });
    let nested: object = { ...image, platform: amd64 };
    for (let depth = 0; depth < 3; depth += 1) nested = wrap(nested);
    registry.index('a', [nested], '1');
    registry.index('a', [wrap(wrap(nested))], '2');
    const request = (tag: string) => ({ name: named(`a:${tag}`), platforms: ['linux/amd64'] });
    await expect(resolveImage(client(), request('1'))).resolves.toBeDefined();
    await expect(resolveImage(client(), request('2'))).rejects.toMatchObject({ code: 'registry.failed' });
  });

  it('is refused in schema 1', async () => {
    registry.put('a', { schemaVersion: 1, mediaType: 'application/vnd.docker.distribution.manifest.v1+json' }, '1');
    const attempt = resolveImage(client(), { name: named('a:1'), platforms: [] });
    await expect(attempt).rejects.toMatchObject({
      code: 'registry.failed',
      message: expect.stringMatching(/schema 1/),
    });
  });

  it('is not found where there is no such tag', async () => {
    const attempt = resolveImage(client(), { name: named('a:1'), platforms: [] });
    await expect(attempt).rejects.toMatchObject({ code: 'registry.not-found' });
  });
});

describe('what is kept', () => {
  it('costs one HEAD for an image that has not changed', async () => {
    registry.index('a', [{ ...registry.image('a'), platform: amd64 }], '1');
    const request = { name: named('a:1'), platforms: ['linux/amd64'] };
    const first = client({ cacheFolder: folder });
    const before = await resolveImage(first, request);
    await first.close();
    registry.log.length = 0;
    expect(await resolveImage(client({ cacheFolder: folder }), request)).toEqual(before);
    expect(registry.paths).toEqual(['HEAD /v2/a/manifests/1']);
  });

  it('is not used for a tag that has moved', async () => {
    registry.image('a', '1');
    const first = client({ cacheFolder: folder });
    await resolveImage(first, { name: named('a:1'), platforms: [] });
    await first.close();
    const moved = registry.image('a', '1', { config: { Labels: { moved: 'yes' } } });
    const resolved = await resolveImage(client({ cacheFolder: folder }), { name: named('a:1'), platforms: [] });
    expect(resolved.root.digest).toBe(moved.digest);
  });
});
