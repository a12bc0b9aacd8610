import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseQuestion } from '../../../src/inventory/index.ts';
import { appendRecords, fillDatabase, openBlobStore, openDatabase, searchBuilds } from '../../../src/records/index.ts';
import { digestFor, image, newStateFolder, noteImage, record, spdx } from './support.ts';

async function fileIn(folder: string): Promise<string> {
  const entries = await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true });
  const [file] = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return file ?? '';
}

it('keeps anew what is there and damaged', async () => {
  const folder = newStateFolder();
  const blobs = openBlobStore(folder);
  const digest = await blobs.write(Buffer.from('an SBOM'));
  await writeFile(await fileIn(folder), 'another');
  expect(await blobs.read(digest)).toBeNull();
  await blobs.write(Buffer.from('an SBOM'));
  expect((await blobs.read(digest))?.toString()).toBe('an SBOM');
});

it('is read again by the index once a document is there that was damaged', async () => {
  const folder = newStateFolder();
  const sbom = spdx(['pkg:npm/a@1.0.0']);
  await noteImage(folder, 'base:1', sbom);
  await appendRecords(folder, [record('app:1', [image('base:1')])]);
  await writeFile(await fileIn(folder), 'another');
  const question = parseQuestion('a');
  const database = await openDatabase(join(folder, 'index.sqlite'));
  try {
    const states = async (): Promise<readonly string[]> => {
      await fillDatabase(database, folder, openBlobStore(folder));
      return searchBuilds(database, question === null ? [] : [question], []).rows.map(({ state }) => state);
    };
    expect(await states()).toEqual(['unknown']);
    await openBlobStore(folder).write(Buffer.from(sbom));
    database.prepare('UPDATE image SET stamp = NULL WHERE digest = ?').run(digestFor('base:1'));
    expect(await states()).toEqual(['affected']);
  } finally {
    database.close();
  }
});
