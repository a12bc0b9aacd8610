import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { parseQuestion } from '../../../src/inventory/index.ts';
import type { ExposureRow } from '../../../src/model/index.ts';
import { fillDatabase, openBlobStore, openDatabase, searchBuilds } from '../../../src/records/index.ts';

/** Does something with the index of a folder for state, brought up to date. */
export async function withFilled<Value>(folder: string, work: (database: DatabaseSync) => Value): Promise<Value> {
  const database = await openDatabase(join(folder, 'index.sqlite'));
  try {
    await fillDatabase(database, folder, openBlobStore(folder));
    return work(database);
  } finally {
    database.close();
  }
}

/** What the journal answers a question, the worst first. */
export async function askJournal(folder: string, question: string): Promise<readonly ExposureRow[]> {
  const parsed = parseQuestion(question);
  if (parsed === null) throw new Error(`no question: ${question}`);
  return await withFilled(folder, (database) => searchBuilds(database, [parsed], []).rows);
}
