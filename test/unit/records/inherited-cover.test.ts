import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BuildRecord, ExposureRow, RecordedImage } from '../../../src/model/index.ts';
import { appendRecords, missingImages } from '../../../src/records/index.ts';
import { stackOf } from '../../../src/records/inherited-cover.ts';
import { askJournal, withFilled } from './ask-journal.ts';
import { amd64, arm64, type Known, know, used } from './known-layers.ts';
import { digestFor, newStateFolder, record, spdx } from './support.ts';

const empty = 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';
const clean = spdx(['pkg:deb/debian/other@1.0-1']);
const affected = spdx(['pkg:deb/debian/xz-utils@5.6.1-1']);
const fixed = spdx(['pkg:deb/debian/xz-utils@5.4.1-1']);
const one = digestFor('one');
const two = digestFor('two');
const three = digestFor('three');

function build(images: readonly RecordedImage[], more: Partial<BuildRecord> = {}): BuildRecord {
  return record('app', images, { pushed: ['registry.example.com/app:1'], ...more });
}

async function answers(folder: string, question = 'xz-utils@5.6.0 - 5.6.1'): Promise<readonly ExposureRow[]> {
  return await askJournal(folder, question);
}

async function states(folder: string): Promise<readonly unknown[]> {
  return (await answers(folder)).map(({ state }) => state);
}

describe('a build that adds no layer to its base', () => {
  it('is answered out of the SBOM of the base, and is worth what that is worth', async () => {
    for (const trust of ['signed', 'unsigned'] as const) {
      const folder = newStateFolder();
      await know(folder, 'base', { layers: { [amd64]: [one, two] }, sboms: { [amd64]: clean }, trust });
      await know(folder, 'app', { layers: { [amd64]: [one, two] } });
      await appendRecords(folder, [build([used('base')])]);
      expect(await answers(folder)).toMatchObject([{ state: 'not-found', trust, reason: null }]);
    }
  });

  it('is answered out of an SBOM of its own where it has one, whatever that of the base is worth', async () => {
    const folder = newStateFolder();
    await know(folder, 'base', { layers: { [amd64]: [one] }, sboms: { [amd64]: clean } });
    await know(folder, 'app', { layers: { [amd64]: [one] }, sboms: { [amd64]: clean }, trust: 'unsigned' });
    await appendRecords(folder, [build([used('base')])]);
    expect(await answers(folder)).toMatchObject([{ state: 'not-found', trust: 'unsigned' }]);
  });

  it('contains what the base contains', async () => {
    const folder = newStateFolder();
    await know(folder, 'base', { layers: { [amd64]: [one] }, sboms: { [amd64]: affected } });
    await know(folder, 'app', { layers: { [amd64]: [one] } });
    await appendRecords(folder, [build([used('base')])]);
    expect(await answers(folder)).toMatchObject([
      { state: 'affected', inRuntime: true, via: { role: 'runtime-base', name: 'base' } },
    ]);
  });

  it('leaves nothing open beside what is fixed in the base', async () => {
    const folder = newStateFolder();
    await know(folder, 'base', { layers: { [amd64]: [one] }, sboms: { [amd64]: fixed } });
    await appendRecords(folder, [build([used('base')])]);
    expect(await states(folder)).toEqual(['unknown', 'not-affected']);
    await know(folder, 'app', { layers: { [amd64]: [one] } });
    expect(await states(folder)).toEqual(['not-affected']);
  });

  it('contains nothing of its build stages that the base does not contain', async () => {
    const folder = newStateFolder();
    await know(folder, 'base', { layers: { [amd64]: [one] }, sboms: { [amd64]: clean } });
    await know(folder, 'tools', { layers: { [amd64]: [two] }, sboms: { [amd64]: affected } });
    await know(folder, 'app', { layers: { [amd64]: [one] } });
    await appendRecords(folder, [build([used('base'), used('tools', [amd64], 'build-stage')])]);
    expect(await answers(folder)).toMatchObject([
      { state: 'affected', inRuntime: false, via: { role: 'build-stage' } },
    ]);
  });

  it('may add layers without a file, as of a WORKDIR that is there already', async () => {
    const folder = newStateFolder();
    await know(folder, 'base', { layers: { [amd64]: [one, empty, two] }, sboms: { [amd64]: clean } });
    await know(folder, 'app', { layers: { [amd64]: [one, two, empty, empty] } });
    await appendRecords(folder, [build([used('base')])]);
    expect(await states(folder)).toEqual(['not-found']);
  });

  it('is answered by the layers that the engine has, and by those of the registry once these are known', async () => {
    const folder = newStateFolder();
    await know(folder, 'base', { layers: { [amd64]: [one, two] }, sboms: { [amd64]: clean } });
    await know(folder, 'app', { stored: [one, two], problem: 'it was not pushed' });
    await appendRecords(folder, [build([used('base')], { pushed: [] })]);
    expect(await states(folder)).toEqual(['not-found']);
    await know(folder, 'app', { layers: { [amd64]: [one, two] } });
    expect(await states(folder)).toEqual(['not-found']);
    await know(folder, 'app', { layers: { [amd64]: [one] }, problem: 'it was not pushed' });
    await rm(join(folder, 'index.sqlite'));
    expect(await states(folder)).toEqual(['unknown']);
  });

  it('is answered for each platform out of the SBOM of that platform', async () => {
    const folder = newStateFolder();
    const layers = { [amd64]: [one], [arm64]: [two] };
    await know(folder, 'base', { layers, sboms: { [amd64]: clean, [arm64]: clean } });
    await know(folder, 'app', { layers });
    await appendRecords(folder, [build([used('base', [amd64, arm64])], { platforms: [amd64, arm64] })]);
    expect(await states(folder)).toEqual(['not-found']);
  });

  it('is answered out of a base of its own for each platform', async () => {
    const folder = newStateFolder();
    await know(folder, 'base', { layers: { [amd64]: [one] }, sboms: { [amd64]: clean } });
    await know(folder, 'other', { layers: { [arm64]: [two] }, sboms: { [arm64]: clean } });
    await know(folder, 'app', { layers: { [amd64]: [one], [arm64]: [two] } });
    const bases = [used('base'), used('other', [arm64])];
    await appendRecords(folder, [build(bases, { platforms: [amd64, arm64] })]);
    expect(await states(folder)).toEqual(['not-found']);
  });

  it('is answered once the SBOM of the base, or the layers of either, are known, whichever is known last', async () => {
    const parts = {
      base: { layers: { [amd64]: [one] }, sboms: { [amd64]: clean } },
      app: { layers: { [amd64]: [one] } },
    };
    for (const order of [['base', 'app'] as const, ['app', 'base'] as const]) {
      const folder = newStateFolder();
      await appendRecords(folder, [build([used('base')])]);
      for (const name of order) {
        expect(await states(folder)).toEqual(['unknown']);
        await know(folder, name, parts[name]);
      }
      expect(await states(folder)).toEqual(['not-found']);
      await rm(join(folder, 'index.sqlite'));
      expect(await states(folder)).toEqual(['not-found']);
    }
  });

  it('is not asked about again for the layers of its own', async () => {
    const folder = newStateFolder();
    await know(folder, 'base', { layers: { [amd64]: [one] }, sboms: { [amd64]: clean } });
    await appendRecords(folder, [build([used('base')])]);
    const missing = async (): Promise<readonly string[]> =>
      await withFilled(folder, (database) => missingImages(database, false).map(({ name }) => name));
    expect(await missing()).toEqual(['registry.example.com/app:1']);
    await know(folder, 'app', { layers: { [amd64]: [one] } });
    expect(await missing()).toEqual([]);
  });
});

/** What is known, and how the build came about, of which nothing may be said. */
interface Open {
  readonly base: Known;
  readonly app: Known;
  readonly more?: Partial<BuildRecord>;
  readonly images?: readonly RecordedImage[];
}

const covered: Known = { layers: { [amd64]: [one, two] }, sboms: { [amd64]: clean } };
const both = { layers: { [amd64]: [one], [arm64]: [two] }, sboms: { [amd64]: clean, [arm64]: clean } };
const forBoth = { images: [used('base', [amd64, arm64])], more: { platforms: [amd64, arm64] } };
const incomplete = JSON.stringify({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  components: [{ type: 'library', name: 'other', version: '1.0' }],
  compositions: [{ aggregate: 'incomplete' }],
});

describe('what a build contains stays not known', () => {
  it.each<readonly [string, Open]>([
    ['with a layer of its own', { base: covered, app: { layers: { [amd64]: [one, two, three] } } }],
    ['with fewer layers than its base', { base: covered, app: { layers: { [amd64]: [one] } } }],
    ['with the layers of its base in another order', { base: covered, app: { layers: { [amd64]: [two, one] } } }],
    ['with as many other layers', { base: covered, app: { layers: { [amd64]: [one, three] } } }],
    [
      'with a layer of its own on one platform',
      { base: both, app: { layers: { [amd64]: [one], [arm64]: [two, three] } }, ...forBoth },
    ],
    ['with the layers of one of its platforms', { base: both, app: { layers: { [amd64]: [one] } }, ...forBoth }],
    [
      'with an SBOM of one platform of its base',
      { base: { ...both, sboms: { [amd64]: clean } }, app: { layers: both.layers }, ...forBoth },
    ],
    [
      'with an SBOM of another platform of its base',
      { base: { ...both, sboms: { [arm64]: clean } }, app: { layers: { [amd64]: [one] } } },
    ],
    [
      'with an SBOM of its base that says for no platform what it is about',
      { base: { ...both, sboms: { whole: clean } }, app: { layers: both.layers }, ...forBoth },
    ],
    [
      'with an SBOM of its base that says it is not whole',
      { base: { ...covered, sboms: { [amd64]: incomplete } }, app: { layers: covered.layers ?? {} } },
    ],
    [
      'with an SBOM of its base that lists nothing',
      { base: { ...covered, sboms: { [amd64]: spdx([]) } }, app: { layers: { [amd64]: [one, two] } } },
    ],
    [
      'with an SBOM of its base that cannot be read',
      {
        base: { ...covered, sboms: { [amd64]: '{"spdxVersion":"SPDX-3.0"}' } },
        app: { layers: { [amd64]: [one, two] } },
      },
    ],
    [
      'with an SBOM of its base that was refused',
      {
        base: { layers: { [amd64]: [one, two] }, faults: ['it does not verify'] },
        app: { layers: { [amd64]: [one, two] } },
      },
    ],
    [
      'where no layers of its base are known',
      { base: { sboms: { [amd64]: clean } }, app: { layers: { [amd64]: [one] } } },
    ],
    [
      'where the engine has other layers of it',
      { base: covered, app: { stored: [one, three], problem: 'it was not pushed' } },
    ],
    [
      'for several platforms, of which the engine has one',
      { base: both, app: { stored: [one], problem: 'it was not pushed' }, ...forBoth },
    ],
    ['where none of its own are known', { base: covered, app: {} }],
    [
      'where neither configuration names a layer',
      { base: { ...covered, layers: { [amd64]: [] } }, app: { layers: { [amd64]: [] } } },
    ],
    [
      'where both hold nothing but layers without a file',
      { base: { ...covered, layers: { [amd64]: [empty] } }, app: { layers: { [amd64]: [empty] } } },
    ],
    [
      'where what stands for a layer is no digest',
      { base: { ...covered, layers: { [amd64]: ['a'] } }, app: { layers: { [amd64]: ['a'] } } },
    ],
    [
      'where no record says for which platforms it was built',
      { base: covered, app: { layers: { [amd64]: [one, two] } }, more: { platforms: [] } },
    ],
    [
      'where the same layers are in a build stage alone',
      { base: covered, app: { layers: { [amd64]: [one, two] } }, images: [used('base', [amd64], 'build-stage')] },
    ],
    [
      'where the same layers are in an image that it does not use',
      { base: covered, app: { layers: { [amd64]: [one, two] } }, images: [] },
    ],
    [
      'where nothing tells which image was made',
      { base: covered, app: { layers: { [amd64]: [one, two] } }, more: { digest: null, imageId: null } },
    ],
  ])('%s', async (_, { base, app, more = {}, images = [used('base')] }) => {
    const folder = newStateFolder();
    await know(folder, 'base', base);
    await know(folder, 'app', app);
    await appendRecords(folder, [build(images, more)]);
    expect(await answers(folder)).toMatchObject([{ state: 'unknown', trust: 'none' }]);
  });

  it('where only the base of its base has an SBOM, which nobody looks into for this build', async () => {
    const folder = newStateFolder();
    await know(folder, 'base', covered);
    await know(folder, 'middle', { layers: covered.layers ?? {} });
    await know(folder, 'app', { layers: covered.layers ?? {} });
    const bases = [{ name: 'base', digest: digestFor('base') }];
    await appendRecords(folder, [
      build([used('base')], { digest: digestFor('middle') }),
      build([{ ...used('middle'), bases }]),
    ]);
    const found = await answers(folder);
    expect(found.map(({ state, build: { digest } }) => [state, digest])).toEqual([
      ['unknown', digestFor('app')],
      ['not-found', digestFor('middle')],
    ]);
  });

  it('where another build made the same of a base that no SBOM covers, until one does', async () => {
    const folder = newStateFolder();
    await know(folder, 'base', covered);
    await know(folder, 'app', { layers: covered.layers ?? {} });
    await appendRecords(folder, [build([used('base')])]);
    expect(await states(folder)).toEqual(['not-found']);
    await appendRecords(folder, [build([used('bare')])]);
    expect(await states(folder)).toEqual(['unknown', 'unknown']);
    await know(folder, 'bare', covered);
    expect(await states(folder)).toEqual(['not-found', 'not-found']);
  });

  it('where the same image turns out to have been built for another platform too', async () => {
    const folder = newStateFolder();
    await know(folder, 'base', covered);
    await know(folder, 'app', { layers: covered.layers ?? {} });
    await appendRecords(folder, [build([used('base')])]);
    expect(await states(folder)).toEqual(['not-found']);
    await appendRecords(folder, [build([used('base')], { platforms: [amd64, arm64] })]);
    expect(await states(folder)).toEqual(['unknown', 'unknown']);
  });

  it('where an SBOM of its own says that it is not whole, and the base covers less than all', async () => {
    const folder = newStateFolder();
    await know(folder, 'base', covered);
    await know(folder, 'app', { layers: { [amd64]: [one, three] }, sboms: { [amd64]: incomplete } });
    await appendRecords(folder, [build([used('base')])]);
    expect(await states(folder)).toEqual(['unknown']);
  });
});

describe('what stands for layers', () => {
  it('is nothing where they are not known', () => {
    expect(stackOf([])).toBeNull();
    expect(stackOf([empty])).toBeNull();
    expect(stackOf([one, 'sha256:short'])).toBeNull();
    expect(stackOf([one])).not.toBeNull();
  });
});
