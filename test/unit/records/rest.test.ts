import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseQuestion, type Question } from '../../../src/inventory/index.ts';
import type { BuildRecord, Exposure } from '../../../src/model/index.ts';
import {
  appendRecords,
  countBuilds,
  fillDatabase,
  openBlobStore,
  openDatabase,
  searchBuilds,
} from '../../../src/records/index.ts';
import { mostQuiet, renderExposure } from '../../../src/report/index.ts';
import { image, newStateFolder, noteImage, record, spdx } from './support.ts';

const plain = { color: false, width: null };
const affected = 'pkg:deb/debian/xz-utils@5.6.1-1';
const other = 'pkg:deb/debian/other@1.0-1';

function asked(text: string): Question {
  const question = parseQuestion(text);
  if (question === null) throw new Error(`no question: ${text}`);
  return question;
}

/** How many builds of each kind there are: what is known of the result, and of its base. */
interface Kinds {
  readonly clean: number;
  readonly bare: number;
  readonly affected: number;
  readonly affectedBase: number;
  readonly fixedBase: number;
  readonly nameless: number;
}

async function notesOf(folder: string): Promise<void> {
  await noteImage(folder, 'clean', spdx([other]), { trust: 'unsigned' });
  await noteImage(folder, 'affected', spdx([affected, other]));
  await noteImage(folder, 'affected-base', spdx([affected]));
  await noteImage(folder, 'fixed-base', spdx(['pkg:deb/debian/xz-utils@5.4.1-1']));
  await noteImage(folder, 'bare', null, { problem: 'the registry was away' });
}

function recordsOf(kinds: Kinds): readonly BuildRecord[] {
  const make: Readonly<Record<keyof Kinds, (tag: string) => BuildRecord>> = {
    clean: (tag) => record('clean', [image('clean')], { tags: [tag] }),
    bare: (tag) => record('bare', [image('bare')], { tags: [tag] }),
    affected: (tag) => record('affected', [image('clean')], { tags: [tag] }),
    affectedBase: (tag) => record('bare', [image('affected-base')], { tags: [tag] }),
    fixedBase: (tag) => record('bare', [image('fixed-base'), image('bare', 'build-stage')], { tags: [tag] }),
    nameless: (tag) => record('none', [image('bare')], { tags: [tag], digest: null, imageId: null }),
  };
  const all = (Object.keys(make) as (keyof Kinds)[]).flatMap(
    (
      kind, // the record's own keys
    ) => Array.from({ length: kinds[kind] }, (_, index) => make[kind](`${kind}-${index}`)),
  );
  // the kinds among each other
  return all
    .map((one, index) => [one, (index * 7919) % (all.length + 1)] as const)
    .toSorted((a, b) => a[1] - b[1])
    .map(([one]) => one);
}

async function answersFor(kinds: Kinds): Promise<{ readonly few: Exposure; readonly full: Exposure }> {
  const folder = newStateFolder();
  await notesOf(folder);
  await appendRecords(folder, recordsOf(kinds));
  const database = await openDatabase(join(folder, 'index.sqlite'));
  try {
    await fillDatabase(database, folder, openBlobStore(folder));
    const questions = [asked('xz-utils@5.6.0 - 5.6.1'), asked('other'), asked('nothing-has-this')];
    const builds = countBuilds(database).all;
    const rest = { builds, remarks: [] };
    return {
      few: { ...searchBuilds(database, questions, [], { most: mostQuiet }), ...rest },
      full: { ...searchBuilds(database, questions, []), ...rest },
    };
  } finally {
    database.close();
  }
}

it.each<Kinds>([
  { clean: 0, bare: 0, affected: 0, affectedBase: 0, fixedBase: 0, nameless: 0 },
  { clean: 60, bare: 50, affected: 3, affectedBase: 4, fixedBase: 30, nameless: 25 },
  { clean: 5, bare: 900, affected: 3, affectedBase: 400, fixedBase: 2, nameless: 0 },
  { clean: 900, bare: 2, affected: 30, affectedBase: 1, fixedBase: 0, nameless: 1 },
  { clean: 0, bare: 0, affected: 25, affectedBase: 0, fixedBase: 25, nameless: 0 },
  { clean: 300, bare: 0, affected: 0, affectedBase: 0, fixedBase: 1, nameless: 0 },
])('tells the same where the rest is counted as where all of it is listed (%j)', async (kinds) => {
  const { few, full } = await answersFor(kinds);
  expect(few.builds).toBe(Object.values(kinds).reduce((sum, count) => sum + count, 0));
  expect(full.unlisted).toEqual([]);
  expect(renderExposure(few, 'text', plain)).toBe(renderExposure(full, 'text', plain));
  const counted = few.unlisted.reduce((sum, { count }) => sum + count, 0);
  expect(few.rows.length + counted).toBe(full.rows.length);
  expect(few.unlisted.every(({ state }) => state === 'unknown' || state === 'not-found')).toBe(true);
});
