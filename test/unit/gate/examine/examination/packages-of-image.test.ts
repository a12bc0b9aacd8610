import { beforeEach, describe, expect, it } from 'vitest';
import { packagesOfImage } from '../../../../../src/gate/examine/examination/packages-of-image.ts';
import type { Descriptor, ImagePackages } from '../../../../../src/model/index.ts';
import {
  addIndex,
  attach,
  attestImage,
  type KeyHolder,
  newKeyHolder,
  policyFor,
  spdxOf,
  startRegistry,
} from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { spdx } from '../../../records/support.ts';
import { addLayered, layerDigest, pipelineUnder, useOfImage } from '../../gate-pipeline.ts';

const spdxType = 'application/spdx+json';

let registry: MemoryRegistry;
let acme: KeyHolder;
beforeEach(async () => {
  registry = await startRegistry();
  acme = newKeyHolder();
});

async function inside(named: string, policy = policyFor(registry, acme, 'app')): Promise<ImagePackages> {
  return await packagesOfImage(await pipelineUnder(policy), useOfImage(registry, named));
}

const origins = ({ packages }: ImagePackages): Readonly<Record<string, string>> =>
  Object.fromEntries(packages.map(({ name, origin }) => [name, origin]));

/** `app:1`, upon `base:1`. */
function addApp(): { readonly base: Descriptor; readonly app: Descriptor } {
  const base = addLayered(registry, 'base', { layers: ['1'], base: null });
  return { base, app: addLayered(registry, 'app', { layers: ['1', '2'], base: { name: 'base:1', image: base } }) };
}

describe('what brings a package', () => {
  it('is the base where the base lists it, and the image’s own layers where not', async () => {
    const { base, app } = addApp();
    attach(registry, 'base', base, spdxOf('musl@1.2.5-r0'), spdxType);
    attach(registry, 'app', app, spdxOf('musl@1.2.5-r0', 'curl@8.9.0-r0'), spdxType);
    const found = await inside('app:1');
    expect(origins(found)).toEqual({ musl: 'base', curl: 'own' });
    expect(found).toMatchObject({ trust: 'unsigned', base: { digest: base.digest }, digest: app.digest });
  });

  it('is said by its layer where the SBOM names that, whatever the base lists', async () => {
    const { app } = addApp();
    const listed = [
      ['pkg:deb/debian/below@1', layerDigest(1)],
      ['pkg:deb/debian/above@1', layerDigest(2)],
    ] as const;
    attach(registry, 'app', app, JSON.parse(spdx(listed)) as object, spdxType);
    expect(origins(await inside('app:1'))).toEqual({ below: 'base', above: 'own' });
  });

  it('is not known where nothing lists what the base holds', async () => {
    const { app } = addApp();
    attach(registry, 'app', app, spdxOf('musl@1.2.5-r0'), spdxType);
    expect(origins(await inside('app:1'))).toEqual({ musl: 'unknown' });
  });

  it('is the image itself where it is built on nothing, and not known where it does not say upon what', async () => {
    for (const [repository, base] of [
      ['root', null],
      ['mute', undefined],
    ] as const) {
      const image = addLayered(registry, repository, { layers: ['1'], ...(base === undefined ? {} : { base }) });
      attach(registry, repository, image, spdxOf('musl@1.2.5-r0'), spdxType);
    }
    expect(origins(await inside('root:1'))).toEqual({ musl: 'own' });
    const mute = await inside('mute:1');
    expect(origins(mute)).toEqual({ musl: 'unknown' });
    expect(mute.base).toBeNull();
  });
});

describe('how far a list of packages can be trusted', () => {
  const statement = { predicateType: 'https://spdx.dev/Document', predicate: spdxOf('musl@1.2.5-r0') };

  it('is signed where a signature that verifies covers all of it', async () => {
    const { app } = addApp();
    attestImage(registry, 'app', app, acme, statement);
    const found = await inside('app:1');
    expect(found).toMatchObject({ trust: 'signed', packages: [{ name: 'musl', trust: 'signed', platforms: [] }] });
    expect(found.sboms).toMatchObject([
      { trust: 'signed', signer: { kind: 'key' }, platform: null, format: 'SPDX 2.3' },
    ]);
  });

  it('is unsigned where a package stands only in an SBOM that nobody signed', async () => {
    const { app } = addApp();
    attestImage(registry, 'app', app, acme, statement);
    attach(registry, 'app', app, spdxOf('curl@8.9.0-r0'), spdxType);
    const found = await inside('app:1');
    expect(found.trust).toBe('unsigned');
    expect(found.packages).toMatchObject([
      { name: 'curl', trust: 'unsigned' },
      { name: 'musl', trust: 'signed' },
    ]);
  });

  it('is unsigned for an SBOM signed by a key that nothing names', async () => {
    const { app } = addApp();
    attestImage(registry, 'app', app, newKeyHolder(), statement);
    expect(await inside('app:1')).toMatchObject({ trust: 'unsigned', packages: [{ trust: 'unsigned' }] });
  });

  it('is none where no SBOM is attached, or none that can be read', async () => {
    const { app } = addApp();
    expect(await inside('app:1')).toMatchObject({ trust: 'none', sboms: [], packages: [] });
    attach(registry, 'app', app, { spdxVersion: 'SPDX-99', packages: 'none' }, spdxType);
    const found = await inside('app:1');
    expect(found).toMatchObject({ trust: 'none', packages: [] });
    expect(found.sboms).toMatchObject([{ format: null, packages: 0, reason: expect.any(String) }]);
  });
});

it('an SBOM in the index speaks for its platform, and one about something else is a problem', async () => {
  const sbom = { predicateType: 'https://spdx.dev/Document', predicate: spdxOf('musl@1.2.5-r0') };
  addIndex(registry, 'app', '1', [sbom]);
  const found = await inside('app:1');
  expect(found.sboms).toMatchObject([{ platform: 'linux/amd64' }]);
  expect(found.packages).toMatchObject([{ platforms: ['linux/amd64'] }]);
});

it('what cannot be looked up is said beside what was found', async () => {
  const { app } = addApp();
  const sbom = attach(registry, 'app', app, spdxOf('musl@1.2.5-r0'), spdxType);
  const layer = (JSON.parse(String(registry.manifests.get(`app ${sbom.digest}`)?.bytes)) as { layers: Descriptor[] })
    .layers[0];
  registry.blobs.delete(layer?.digest ?? '');
  const found = await inside('app:1');
  expect(found).toMatchObject({ trust: 'none' });
  expect(found.problems).toEqual([expect.stringContaining(`SBOM ${layer?.digest}`)]);
});

it('an image that cannot be looked up has no list at all', async () => {
  await expect(inside('none:1')).rejects.toMatchObject({ code: 'registry.not-found' });
});
