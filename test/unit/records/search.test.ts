import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  parseQuestion,
  type Question,
  questionOfOsv,
  readVex,
  type VexStatement,
} from '../../../src/inventory/index.ts';
import type { ExposureRow } from '../../../src/model/index.ts';
import {
  appendRecords,
  fillDatabase,
  openBlobStore,
  openDatabase,
  pruneJournal,
  searchBuilds,
} from '../../../src/records/index.ts';
import { digestFor, image, newStateFolder, noteImage, record, spdx } from './support.ts';

const testing = 'pkg:deb/debian/liblzma5@5.6.1-1?arch=amd64&upstream=xz-utils&distro=debian-13';
const noble = 'pkg:deb/ubuntu/liblzma5@5.6.1%2Breally5.4.5-1ubuntu0.3?upstream=xz-utils&distro=ubuntu-24.04';
const alpine = 'pkg:apk/alpine/xz-libs@5.4.5-r0?upstream=xz&distro=alpine-3.19';
const layer = digestFor('the layer of the base');

async function ask(
  folder: string,
  questions: readonly Question[],
  vex: readonly VexStatement[] = [],
): Promise<readonly ExposureRow[]> {
  const database = await openDatabase(join(folder, 'index.sqlite'));
  try {
    await fillDatabase(database, folder, openBlobStore(folder));
    return searchBuilds(database, questions, vex);
  } finally {
    database.close();
  }
}

function question(text: string): Question {
  const parsed = parseQuestion(text);
  if (parsed === null) throw new Error(`no question: ${text}`);
  return parsed;
}

const advisory = questionOfOsv({
  id: 'CVE-2024-3094',
  affected: [
    {
      package: { ecosystem: 'Debian', name: 'xz-utils' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '5.5.1alpha-0.1' }, { fixed: '5.6.1+really5.4.5-1' }] }],
    },
    {
      package: { ecosystem: 'Alpine', name: 'xz' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '5.6.0-r0' }] }],
    },
  ],
});

/** Seven builds, as on the day of the backdoor. */
async function sevenBuilds(): Promise<string> {
  const folder = await newStateFolder();
  await noteImage(folder, 'docker.io/library/debian:testing', spdx([testing]), { layers: [layer] });
  await noteImage(folder, 'docker.io/library/ubuntu:noble', spdx([noble]));
  await noteImage(folder, 'docker.io/library/alpine:3.19', spdx([alpine]));
  await noteImage(folder, 'registry.example.com/acme/golden:1', spdx([[testing, layer]]), { layers: [layer] });
  await noteImage(folder, 'registry.example.com/other/bare:1', null);
  // one after another is soon enough
  // oxlint-disable-next-line no-await-in-loop
  for (const tag of ['debian', 'ubuntu', 'alpine', 'child', 'builder', 'vex'])
    await noteImage(
      folder,
      `acme/${tag}:1`,
      spdx(
        { ubuntu: [noble], alpine: [alpine], builder: ['pkg:golang/example.com/app@v1.0.0'] }[tag] ?? [
          [testing, layer],
        ],
      ),
      { trust: 'unsigned', layers: [layer] },
    );
  await appendRecords(folder, [
    record('acme/debian:1', [image('docker.io/library/debian:testing')], {
      pushed: ['registry.example.com/acme/debian:1'],
    }),
    record('acme/ubuntu:1', [image('docker.io/library/ubuntu:noble')]),
    record('acme/alpine:1', [image('docker.io/library/alpine:3.19')]),
    record('acme/child:1', [image('registry.example.com/acme/golden:1')]),
    record('acme/builder:1', [
      image('docker.io/library/debian:testing', 'build-stage'),
      image('docker.io/library/alpine:3.19'),
    ]),
    record('acme/bare:1', [image('registry.example.com/other/bare:1')]),
    record('acme/vex:1', [image('docker.io/library/debian:testing')]),
  ]);
  return folder;
}

const vex = readVex({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  statements: [
    {
      vulnerability: { name: 'CVE-2024-3094' },
      products: [{ '@id': digestFor('acme/vex:1'), subcomponents: [{ '@id': 'pkg:deb/debian/xz-utils' }] }],
      status: 'not_affected',
      justification: 'vulnerable_code_not_in_execute_path',
    },
  ],
});

function told(rows: readonly ExposureRow[]): readonly unknown[] {
  return rows
    .map(({ build, state, package: found, via, inRuntime }) =>
      [build.tags[0], state, found?.version ?? null, via?.role ?? null, via?.name ?? null, inRuntime].join(' | '),
    )
    .toSorted();
}

describe('which builds contain the next XZ', () => {
  const expected = (ofUbuntu: string): readonly string[] => [
    'acme/alpine:1 | not-affected | 5.4.5-r0 | runtime-base | docker.io/library/alpine:3.19 | true',
    'acme/bare:1 | unknown |  |  |  | ',
    'acme/builder:1 | affected | 5.6.1-1 | build-stage | docker.io/library/debian:testing | false',
    'acme/builder:1 | not-affected | 5.4.5-r0 | runtime-base | docker.io/library/alpine:3.19 | false',
    'acme/child:1 | affected | 5.6.1-1 | runtime-base | registry.example.com/acme/golden:1 | true',
    'acme/debian:1 | affected | 5.6.1-1 | runtime-base | docker.io/library/debian:testing | true',
    ofUbuntu,
    'acme/vex:1 | not-affected | 5.6.1-1 | runtime-base | docker.io/library/debian:testing | true',
  ];

  it('is answered by an advisory', async () => {
    if (advisory === null) throw new Error('no advisory');
    const rows = await ask(await sevenBuilds(), [advisory], vex ?? []);
    expect(told(rows)).toEqual(expected('acme/ubuntu:1 | not-found |  |  |  | '));
  });

  it.each(['xz-utils@5.6.0 - 5.6.1', 'pkg:deb/debian/xz-utils@5.6.1-1', 'xz-utils@vers:deb/>=5.6.0|<=5.6.1'])(
    'is answered by %s',
    async (text) => {
      const rows = await ask(await sevenBuilds(), [question(text)], vex ?? []);
      const states = new Map(rows.map(({ build, state }) => [build.tags[0], state]));
      expect(Object.fromEntries(states)).toMatchObject({
        'acme/debian:1': 'affected',
        'acme/child:1': 'affected',
        'acme/builder:1': 'affected',
        'acme/vex:1': 'not-affected',
        'acme/bare:1': 'unknown',
      });
      expect(states.get('acme/ubuntu:1')).not.toBe('affected');
      expect(states.get('acme/alpine:1')).not.toBe('affected');
    },
  );

  it('tells the worst first, where it was pushed, and how far the SBOM can be trusted', async () => {
    const [first, ...rest] = await ask(await sevenBuilds(), [question('xz-utils@5.6.1')]);
    expect(first?.state).toBe('affected');
    const debian = [first, ...rest].find((row) => row?.build.tags[0] === 'acme/debian:1');
    expect(debian).toMatchObject({ build: { pushed: ['registry.example.com/acme/debian:1'] }, trust: 'signed' });
  });

  it('says why nothing is known', async () => {
    const rows = await ask(await sevenBuilds(), [question('xz-utils@5.6.1')]);
    const bare = rows.find(({ build }) => build.tags[0] === 'acme/bare:1');
    expect(bare?.reason).toBe(
      'no complete SBOM of registry.example.com/other/bare:1; no complete SBOM of what was built',
    );
  });
});

describe('what a build contains is not known', () => {
  it.each([
    ['an SBOM that cannot be read', '{"spdxVersion":"SPDX-3.0"}', {}, 'SPDX 3.0 is not read'],
    ['an SBOM that is no JSON', 'SPDXVersion: SPDX-2.3', {}, 'it is no JSON'],
    ['a look-up that failed', null, { problem: 'the registry does not answer' }, 'the registry does not answer'],
    [
      'an SBOM that says it is not whole',
      '{"bomFormat":"CycloneDX","specVersion":"1.5","components":[],"compositions":[{"aggregate":"incomplete"}]}',
      {},
      'no complete SBOM',
    ],
  ])('with %s', async (_, sbom, more, reason) => {
    const folder = await newStateFolder();
    await noteImage(folder, 'base:1', spdx([]));
    await noteImage(folder, 'app:1', sbom, more);
    await appendRecords(folder, [record('app:1', [image('base:1')])]);
    const [row] = await ask(folder, [question('xz-utils')]);
    expect(row?.state).toBe('unknown');
    expect(row?.reason).toContain(reason);
  });

  it('while only the base has an SBOM: its own layers may hold it', async () => {
    const folder = await newStateFolder();
    await noteImage(folder, 'base:1', spdx([]));
    await appendRecords(folder, [record('app:1', [image('base:1')])]);
    expect((await ask(folder, [question('xz-utils')])).map(({ state }) => state)).toEqual(['unknown']);
  });

  it('until it is noted: then it is found, in the same index', async () => {
    const folder = await newStateFolder();
    await appendRecords(folder, [record('app:1', [image('base:1')])]);
    expect((await ask(folder, [question('xz-utils')]))[0]?.state).toBe('unknown');
    await noteImage(folder, 'app:1', spdx([testing]));
    const [row] = await ask(folder, [question('xz-utils')]);
    expect(row).toMatchObject({ state: 'affected', via: { role: 'own-layer', name: null }, inRuntime: true });
  });
});

describe('the index', () => {
  it.each(['deleted', 'damaged'])('is made again where it is %s', async (state) => {
    const folder = await sevenBuilds();
    const before = await ask(folder, [question('xz-utils@5.6.1')]);
    const path = join(folder, 'index.sqlite');
    if (state === 'deleted') await rm(path);
    else await writeFile(path, 'no database'.repeat(1_000));
    expect(await ask(folder, [question('xz-utils@5.6.1')])).toEqual(before);
  });

  it('forgets what was pruned', async () => {
    const folder = await newStateFolder();
    await noteImage(folder, 'base:1', spdx([testing]));
    await appendRecords(folder, [
      record('app:1', [image('base:1')], { time: '2020-01-01T00:00:00Z' }),
      record('app:2', [image('base:1')]),
    ]);
    expect(await ask(folder, [question('xz-utils')])).toHaveLength(2);
    await pruneJournal(folder, new Date('2021-01-01T00:00:00Z'));
    const rows = await ask(folder, [question('xz-utils')]);
    expect(rows.map(({ build }) => build.tags[0])).toEqual(['app:2']);
  });

  it('says where it cannot be made', async () => {
    const folder = await newStateFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(openDatabase(join(folder, 'file', 'index.sqlite'))).rejects.toMatchObject({
      code: 'records.unreadable',
    });
  });
});
