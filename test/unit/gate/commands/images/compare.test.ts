import { beforeEach, describe, expect, it } from 'vitest';
import { compare } from '../../../../../src/gate/commands/images/compare.ts';
import { inspect } from '../../../../../src/gate/commands/images/inspect.ts';
import { lineage } from '../../../../../src/gate/commands/images/lineage.ts';
import { standardInput } from '../../../../../src/gate/session/standard-input.ts';
import {
  attach,
  newKeyHolder,
  policyFor,
  signImage,
  spdxOf,
  startRegistry,
} from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { addLayered, sessionIn } from '../../gate-pipeline.ts';

const acme = newKeyHolder();
let registry: MemoryRegistry;
let folder: string;
beforeEach(async () => {
  registry = await startRegistry();
  folder = await folderOf({ 'docker-verify.yaml': policyFor(registry, acme, 'one', 'two') });
});

const named = (...names: readonly string[]): readonly string[] => names.map((name) => `${registry.host}/${name}`);
const compared = (...names: readonly string[]) => compare(sessionIn(folder), named(...names));

function addPair(): void {
  const base = addLayered(registry, 'one', { layers: ['1', '2'] });
  attach(registry, 'one', base, spdxOf('musl@1.2.5-r0'), 'application/spdx+json');
  signImage(registry, 'one', base, acme);
  const other = addLayered(registry, 'two', { layers: ['1', '3'] });
  attach(registry, 'two', other, spdxOf('musl@1.2.5-r1', 'curl@8.9.0-r0'), 'application/spdx+json');
}

describe('two images side by side', () => {
  it('have their sizes, the layers that they share, and what changes inside', async () => {
    addPair();
    expect(await compared('one:1', 'two:1')).toMatchObject({
      images: [
        { signed: 'verified', packages: 1, bytes: { 'linux/amd64': 20 }, layers: 2 },
        { signed: 'unsigned', packages: 2 },
      ],
      layersInCommon: 1,
      unknown: [],
    });
  });

  it('are two, not one that is named twice', async () => {
    await expect(compared('one:1', 'one:1')).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringMatching(/^compare takes two images, and \S+\/one:1 and \S+\/one:1 are the same$/),
    });
  });

  it('share all of their layers where they are the same', async () => {
    addPair();
    addLayered(registry, 'same', { layers: ['1', '2'] });
    expect((await compared('one:1', 'same:1')).layersInCommon).toBe(2);
  });

  it('are signed by somebody who is not trusted, which is not the same as unsigned', async () => {
    addPair();
    const stranger = addLayered(registry, 'three', { layers: ['1', '3', '4'] });
    signImage(registry, 'three', stranger, newKeyHolder());
    expect((await compared('one:1', 'three:1')).images[1]).toMatchObject({ signed: 'unverified', signer: null });
  });

  it('have no change inside where one has no SBOM, and what is not known is said', async () => {
    addPair();
    addLayered(registry, 'bare', { layers: ['1'] });
    const { packages, images, unknown } = await compared('one:1', 'bare:1');
    expect([packages, images[1]?.packages]).toEqual([null, null]);
    expect(unknown).toContain(`what is inside ${registry.host}/bare:1: no SBOM is attached`);
  });

  it('are not called unsigned where it cannot be seen what is attached', async () => {
    addPair();
    registry.intercept = ({ url = '' }, response) => {
      if (!/referrers|\.sig|\.att|tags/.test(url)) return false;
      response.writeHead(500).end();
      return true;
    };
    const { images, unknown } = await compared('one:1', 'two:1');
    expect(images.map(({ signed }) => signed)).toEqual(['unknown', 'unknown']);
    expect(unknown.join()).toContain('what is attached to');
  });

  it('are not compared where one cannot be looked up, or there are not two', async () => {
    addPair();
    await expect(compared('one:1', 'none:1')).rejects.toMatchObject({ code: 'registry.not-found' });
    await expect(compared('one:1')).rejects.toMatchObject({ code: 'usage.invalid' });
    await expect(compared('one:1', 'two:1', 'none:1')).rejects.toMatchObject({ code: 'usage.invalid' });
  });
});

it('an image that cannot be looked up is neither inspected nor followed', async () => {
  await expect(inspect(sessionIn(folder), named('none:1'))).rejects.toMatchObject({ code: 'registry.not-found' });
  const input = standardInput(() => process.stdin, sessionIn(folder).environment);
  await expect(lineage(sessionIn(folder), named('none:1'), input)).rejects.toMatchObject({
    code: 'registry.not-found',
  });
});
