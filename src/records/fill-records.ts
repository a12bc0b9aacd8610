import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { BuildRecord, BuildSummary, Digest } from '../model/index.ts';
import { inTransaction, prepared } from './database.ts';
import { type DamagedLine, journalName, pruningName, pulledName, readJournalFile } from './journal.ts';

function addImage(database: DatabaseSync, digest: string): number {
  prepared(database, 'INSERT OR IGNORE INTO image (digest) VALUES (?)').run(digest);
  return Number(prepared(database, 'SELECT number FROM image WHERE digest = ?').get(digest)?.['number']);
}

function summaryOf({ id, time, target, digest, imageId, tags, pushed }: BuildRecord): BuildSummary {
  return { id, time, target, digest: digest ?? null, imageId: imageId ?? null, tags: tags ?? [], pushed: pushed ?? [] };
}

/** Adds a build and what it used; what stands there already is left as it is. */
function addBuild(database: DatabaseSync, record: BuildRecord): void {
  const result = record.digest ?? record.imageId;
  const made = result === null ? null : addImage(database, result);
  const added = prepared(database, 'INSERT OR IGNORE INTO build (id, result, summary) VALUES (?, ?, ?)').run(
    record.id,
    made,
    JSON.stringify(summaryOf(record)),
  );
  if (Number(added.changes) === 0) return;
  const build = Number(added.lastInsertRowid);
  const use = prepared(database, 'INSERT OR IGNORE INTO use (build, image, role, name) VALUES (?, ?, ?, ?)');
  for (const image of record.images ?? []) {
    if (image.digest === null) continue;
    const number = addImage(database, image.digest);
    use.run(build, number, image.role, image.name);
    want(database, number, image.platforms ?? []);
  }
  if (made === null) return;
  // an earlier build may have made the same on another base
  prepared(database, 'UPDATE image SET inherited = NULL WHERE number = ? AND inherited IS NOT NULL').run(made);
  // the name is where it can be looked up
  use.run(build, made, 'result', record.digest === null ? null : (record.pushed?.[0] ?? null));
  want(
    database,
    made,
    (record.platforms ?? []).map((platform) => ({ platform, digest: null })),
  );
}

/** Notes for which platforms an image is used; where one is new, what is known of the image is looked at again. */
function want(
  database: DatabaseSync,
  image: number,
  platforms: readonly { readonly platform: string; readonly digest: Digest | null }[],
): void {
  const add = prepared(database, 'INSERT OR IGNORE INTO wanted (image, platform, digest) VALUES (?, ?, ?)');
  const added = platforms.map(({ platform, digest }) => Number(add.run(image, platform, digest).changes));
  if (added.some((changes) => changes > 0))
    prepared(database, 'UPDATE image SET stamp = NULL, covered = 0 WHERE number = ?').run(image);
}

function setMeta(database: DatabaseSync, key: string, value: string): void {
  prepared(
    database,
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  ).run(key, value);
}

function getMeta(database: DatabaseSync, key: string): string | null {
  const row = prepared(database, 'SELECT value FROM meta WHERE key = ?').get(key);
  return row === undefined ? null : String(row['value']);
}

/** What a journal is known by (pruning replaces it by another), and its size. */
async function fileState(path: string): Promise<{ readonly mark: string; readonly size: number }> {
  return await stat(path).then(
    ({ ino, dev, size }) => ({ mark: `${dev}:${ino}`, size }),
    () => ({ mark: 'none', size: 0 }),
  );
}

function forget(database: DatabaseSync): void {
  database.exec('DELETE FROM use; DELETE FROM wanted; DELETE FROM build;');
}

/** How far the files of records were read. */
interface Position {
  readonly isSame: boolean;
  readonly mark: string;
  readonly own: number;
  readonly pulled: number;
  /** Whether nothing was added since. */
  readonly isAtEnd: boolean;
}

async function positionOf(database: DatabaseSync, folder: string): Promise<Position> {
  const journal = await fileState(join(folder, journalName));
  const others = await fileState(join(folder, pulledName));
  const mark = `${journal.mark} ${others.mark}`;
  const isSame = getMeta(database, 'journal') === mark;
  const offset = (key: string): number => (isSame ? Number(getMeta(database, key) ?? '0') : 0);
  const [own, pulled] = [offset('offset'), offset('pulled')];
  return { isSame, mark, own, pulled, isAtEnd: isSame && journal.size === own && others.size === pulled };
}

/** Reads what the files gained, and adds it record for record: all of them may be larger than memory. */
async function addRecordsFrom(database: DatabaseSync, folder: string): Promise<readonly DamagedLine[]> {
  // looked at again: another process may have filled the index meanwhile
  const { isSame, mark, own, pulled } = await positionOf(database, folder);
  if (!isSame) forget(database);
  const add = (record: BuildRecord): void => addBuild(database, record);
  const read = await readJournalFile(join(folder, journalName), own, add);
  if (!isSame) await readJournalFile(join(folder, pruningName), 0, add);
  // behind one's own: of two records of one id one's own counts
  const others = await readJournalFile(join(folder, pulledName), pulled, add);
  setMeta(database, 'offset', String(read.end));
  setMeta(database, 'pulled', String(others.end));
  setMeta(database, 'journal', mark);
  return read.damaged;
}

/**
 * Adds to the index what the journal, and the records of other machines, gained since the last time.
 * @throws VerifyError `records.unreadable`
 */
export async function addNewRecords(database: DatabaseSync, folder: string): Promise<readonly DamagedLine[]> {
  const { isAtEnd } = await positionOf(database, folder);
  return isAtEnd ? [] : await inTransaction(database, () => addRecordsFrom(database, folder));
}
