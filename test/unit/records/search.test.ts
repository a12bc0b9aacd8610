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
  type MissingImage,
  missingImages,
  openBlobStore,
  openDatabase,
  pruneJournal,
  searchBuilds,
} from '../../../src/records/index.ts';
import { alpine, sevenBuilds, testing, vex } from './seven-builds.ts';
import { digestFor, image, newStateFolder, noteImage, record, spdx } from './support.ts';

async function ask(
  folder: string,
  questions: readonly Question[],
  vex: readonly VexStatement[] = [],
): Promise<readonly ExposureRow[]> {
  const database = await openDatabase(join(folder, 'index.sqlite'));
  try {
    await fillDatabase(database, folder, openBlobStore(folder));
    return searchBuilds(database, questions, vex).rows;
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

function linesOf(rows: readonly ExposureRow[]): readonly unknown[] {
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
    expect(linesOf(rows)).toEqual(expected('acme/ubuntu:1 | not-found |  |  |  | '));
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

describe('packages of one name and version that differ otherwise', () => {
  const ofRelease = (release: number, architecture = 'amd64'): string =>
    `pkg:deb/debian/xz-utils@5.6.1-1?arch=${architecture}&distro=debian-${release}`;
  const fixedInOne = questionOfOsv({
    id: 'CVE-1',
    affected: ['Debian:12', 'Debian:13'].map((ecosystem) => ({
      package: { ecosystem, name: 'xz-utils' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: ecosystem === 'Debian:12' ? '6' : '5' }] }],
    })),
  });

  it('are told apart: what is fixed in the base may not be in a stage', async () => {
    if (fixedInOne === null) throw new Error('no advisory');
    const folder = newStateFolder();
    await noteImage(folder, 'base:1', spdx([ofRelease(13)]));
    await noteImage(folder, 'tools:1', spdx([ofRelease(12)]));
    await appendRecords(folder, [record('app:1', [image('base:1'), image('tools:1', 'build-stage')])]);
    expect(linesOf(await ask(folder, [fixedInOne]))).toEqual([
      'app:1 | affected | 5.6.1-1 | build-stage | tools:1 | ',
      'app:1 | fixed | 5.6.1-1 | runtime-base | base:1 | true',
    ]);
  });

  it('are not all cleared by VEX on one architecture', async () => {
    const folder = newStateFolder();
    await noteImage(folder, 'base:1', spdx([ofRelease(13), ofRelease(13, 'arm64')]));
    await appendRecords(folder, [record('app:1', [image('base:1')])]);
    const statement = { vulnerability: 'CVE-1', status: 'not_affected', products: [ofRelease(13)] };
    const statements = readVex({ '@context': 'https://openvex.dev/ns/v0.2.0', statements: [statement] }) ?? [];
    const rows = await ask(folder, [question('xz-utils')], statements);
    expect(rows.map(({ state }) => state)).toEqual(['affected', 'not-affected']);
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
    const folder = newStateFolder();
    await noteImage(folder, 'base:1', spdx([]));
    await noteImage(folder, 'app:1', sbom, more);
    await appendRecords(folder, [record('app:1', [image('base:1')])]);
    const [row] = await ask(folder, [question('xz-utils')]);
    expect(row?.state).toBe('unknown');
    expect(row?.reason).toContain(reason);
  });

  it('while only the base has an SBOM: its own layers may hold it', async () => {
    const folder = newStateFolder();
    await noteImage(folder, 'base:1', spdx([]));
    await appendRecords(folder, [record('app:1', [image('base:1')])]);
    expect((await ask(folder, [question('xz-utils')])).map(({ state }) => state)).toEqual(['unknown']);
  });

  it('until it is noted: then it is found, in the same index', async () => {
    const folder = newStateFolder();
    await appendRecords(folder, [record('app:1', [image('base:1')])]);
    expect((await ask(folder, [question('xz-utils')]))[0]?.state).toBe('unknown');
    await noteImage(folder, 'app:1', spdx([testing]));
    const [row] = await ask(folder, [question('xz-utils')]);
    expect(row).toMatchObject({ state: 'affected', via: { role: 'own-layer', name: null }, inRuntime: true });
  });
});

describe('an image that is used for several platforms', () => {
  const arm64 = { platform: 'linux/arm64', digest: digestFor('base:1 linux/arm64') };

  it('is covered only where an SBOM covers each of them', async () => {
    const folder = newStateFolder();
    await noteImage(folder, 'base:1', spdx([alpine]), { subject: digestFor('base:1 linux/amd64') });
    await noteImage(folder, 'app:1', spdx([alpine]));
    const base = image('base:1');
    await appendRecords(folder, [record('app:1', [base], { digest: digestFor('unknown') })]);
    const reasons = async (): Promise<string | null | undefined> =>
      (await ask(folder, [question('xz-utils')]))[0]?.reason;
    expect(await reasons()).toBe('no complete SBOM of what was built');
    const both = { ...base, platforms: [...base.platforms, arm64] };
    await appendRecords(folder, [record('app:2', [both], { digest: digestFor('unknown') })]);
    expect(await reasons()).toBe('no complete SBOM of base:1; no complete SBOM of what was built');
  });
});

describe('an SBOM that lists nothing', () => {
  it('covers nothing', async () => {
    const folder = newStateFolder();
    await noteImage(folder, 'app:1', spdx([]));
    await appendRecords(folder, [record('app:1', [])]);
    expect((await ask(folder, [question('xz-utils')]))[0]?.state).toBe('unknown');
    await noteImage(folder, 'app:2', spdx([alpine]), { trust: 'signed' });
    await appendRecords(folder, [record('app:2', [])]);
    expect((await ask(folder, [question('xz-utils')]))[1]).toMatchObject({ state: 'not-found', trust: 'signed' });
  });
});

describe('images that could be looked up', () => {
  const missing = async (folder: string, again = false): Promise<readonly MissingImage[]> => {
    const database = await openDatabase(join(folder, 'index.sqlite'));
    try {
      await fillDatabase(database, folder, openBlobStore(folder));
      return missingImages(database, again);
    } finally {
      database.close();
    }
  };

  it('are those that no SBOM covers, by a name of theirs in a registry, the newest first', async () => {
    const folder = newStateFolder();
    await noteImage(folder, 'known:1', spdx([alpine]));
    await noteImage(folder, 'asked:1', null);
    await noteImage(folder, 'failed:1', null, { problem: 'no answer' });
    await appendRecords(folder, [
      record('app:1', [image('known:1'), image('asked:1'), image('failed:1')]),
      record('app:2', [image('new:1'), image('syntax:1', 'frontend')], { pushed: ['app:2'] }),
    ]);
    const found = await missing(folder);
    expect(found.map(({ name }) => name).toSorted()).toEqual(['app:2', 'failed:1', 'new:1']);
    expect(found.at(-1)?.name).toBe('failed:1');
    expect(found.map(({ platforms }) => platforms)).toEqual([['linux/amd64'], ['linux/amd64'], ['linux/amd64']]);
    expect((await missing(folder, true)).map(({ name }) => name)).toContain('asked:1');
  });

  it('are not those whose folder of state says all of them', async () => {
    const folder = newStateFolder();
    await appendRecords(folder, [record('app:1', [image('base:1')])]);
    expect(await missing(folder)).toHaveLength(1);
    await noteImage(folder, 'base:1', null);
    expect(await missing(folder)).toEqual([]);
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
    const folder = newStateFolder();
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
    const folder = newStateFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(openDatabase(join(folder, 'file', 'index.sqlite'))).rejects.toMatchObject({
      code: 'records.unreadable',
    });
  });
});
