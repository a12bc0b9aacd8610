import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseQuestion, type Question, questionOfOsv } from '../../../src/inventory/index.ts';
import type { ExposureState } from '../../../src/model/index.ts';
import { fillDatabase, openBlobStore, openDatabase, searchBuilds } from '../../../src/records/index.ts';
import { renderExposure } from '../../../src/report/index.ts';
import { sevenBuilds, vex } from './seven-builds.ts';

it("the README's example is the answer about the seven builds", async () => {
  const folder = await sevenBuilds();
  const database = await openDatabase(join(folder, 'index.sqlite'));
  await fillDatabase(database, folder, openBlobStore(folder));
  const question = parseQuestion('xz-utils@5.6.0 - 5.6.1');
  const { rows, unlisted } = searchBuilds(database, question === null ? [] : [question], []);
  database.close();
  const text = renderExposure({ rows, unlisted, builds: 7, remarks: [] }, 'text', { color: false, width: null });
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const example = readme.split('docker verify exposure "xz-utils@5.6.0 - 5.6.1"\n')[1]?.split('```')[0] ?? '';
  // identifiers are random, and times a minute apart
  const plain = (from: string): string =>
    from
      .replaceAll(/01[0-9A-Z]{24}/g, 'ID')
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'TIME')
      .replaceAll(/\n\n/g, '\n');
  // what is left out is marked
  const parts = plain(example).split(' …\n');
  expect(parts.slice(1).every((part) => part.split('\n').length > 1)).toBe(true);
  const places = parts.map((part) => plain(text).indexOf(part));
  expect(places).toEqual(places.filter((place) => place >= 0).toSorted((left, right) => left - right));
});

/** Of the same day, as an advisory tells it. */
const advisory = {
  id: 'CVE-2024-3094',
  affected: [
    {
      package: { ecosystem: 'Debian', name: 'xz-utils' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '5.5.1alpha-0.1' }, { fixed: '5.6.1+really5.4.5-1' }] }],
    },
    {
      package: { ecosystem: 'Ubuntu', name: 'xz-utils' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '5.5.1alpha-0.1' }, { fixed: '5.6.1+really5.4.5-1' }] }],
    },
    {
      package: { ecosystem: 'Alpine', name: 'xz' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '5.6.0-r0' }, { fixed: '5.6.1-r2' }] }],
    },
  ],
};

const ways: Readonly<Record<string, Question | null>> = {
  'a name and range': parseQuestion('xz-utils@5.6.0 - 5.6.1'),
  'a package URL': parseQuestion('pkg:deb/debian/xz-utils@5.6.1-1'),
  'an OSV file': questionOfOsv(advisory),
};

/** What each build is said to be, by name and range, package URL and OSV file. */
const cells: readonly (readonly [build: string, range: ExposureState, url: ExposureState, osv: ExposureState])[] = [
  ['debian', 'affected', 'affected', 'affected'],
  ['ubuntu', 'not-affected', 'not-found', 'fixed'],
  ['alpine', 'not-found', 'not-found', 'not-affected'],
  ['child', 'affected', 'affected', 'affected'],
  ['builder', 'affected', 'affected', 'affected'],
  ['bare', 'unknown', 'unknown', 'unknown'],
  ['vex', 'not-affected', 'not-affected', 'not-affected'],
];

it.each(
  cells.flatMap(([build, ...states]) => Object.keys(ways).map((way, index) => [build, way, states[index]] as const)),
)('of the seven builds %s, asked about by %s, is %s', async (build, way, state) => {
  const folder = await sevenBuilds();
  const database = await openDatabase(join(folder, 'index.sqlite'));
  await fillDatabase(database, folder, openBlobStore(folder));
  const question = ways[way] ?? null;
  const { rows } = searchBuilds(database, question === null ? [] : [question], vex ?? []);
  database.close();
  // rows stand worst first
  expect(rows.find((row) => row.build.tags[0] === `acme/${build}:1`)?.state).toBe(state);
});
