import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseQuestion } from '../../../src/inventory/index.ts';
import { fillDatabase, openBlobStore, openDatabase, searchBuilds } from '../../../src/records/index.ts';
import { renderExposure } from '../../../src/report/index.ts';
import { sevenBuilds } from './seven-builds.ts';

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
