import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { comparableNames, readSbomDocument, type SbomReading } from '../inventory/index.ts';
import type { BuildRecord, BuildSummary, Digest } from '../model/index.ts';
import type { BlobStore } from './blob-store.ts';
import { type ImageNote, imageNoteStamp, readImageNote } from './image-notes.ts';
import { type DamagedLine, journalName, pruningName, pulledName, readJournalFile } from './journal.ts';

/** What bringing the index up to date found. */
export interface Filled {
  readonly damaged: readonly DamagedLine[];
}

function numberOf(database: DatabaseSync, table: 'image' | 'sbom', digest: string): number | null {
  const row = database.prepare(`SELECT number FROM ${table} WHERE digest = ?`).get(digest);
  return row === undefined ? null : Number(row['number']);
}

function addImage(database: DatabaseSync, digest: string): number {
  database.prepare('INSERT OR IGNORE INTO image (digest) VALUES (?)').run(digest);
  return numberOf(database, 'image', digest) ?? 0;
}

function summaryOf({ id, time, target, digest, imageId, tags, pushed }: BuildRecord): BuildSummary {
  return { id, time, target, digest: digest ?? null, imageId: imageId ?? null, tags: tags ?? [], pushed: pushed ?? [] };
}

/** Adds a build and what it used; what stands there already is left as it is. */
function addBuild(database: DatabaseSync, record: BuildRecord): void {
  const added = database
    .prepare('INSERT OR IGNORE INTO build (id, summary) VALUES (?, ?)')
    .run(record.id, JSON.stringify(summaryOf(record)));
  if (Number(added.changes) === 0) return;
  const build = Number(added.lastInsertRowid);
  const use = database.prepare('INSERT OR IGNORE INTO use (build, image, role, name) VALUES (?, ?, ?, ?)');
  for (const image of record.images ?? []) {
    if (image.digest === null) continue;
    const number = addImage(database, image.digest);
    use.run(build, number, image.role, image.name);
    want(database, number, image.platforms ?? []);
  }
  const result = record.digest ?? record.imageId;
  if (result === null) return;
  const number = addImage(database, result);
  // the name is where it can be looked up
  use.run(build, number, 'result', record.digest === null ? null : (record.pushed?.[0] ?? null));
  want(
    database,
    number,
    (record.platforms ?? []).map((platform) => ({ platform, digest: null })),
  );
}

/** Notes for which platforms an image is used; where one is new, what is known of the image is looked at again. */
function want(
  database: DatabaseSync,
  image: number,
  platforms: readonly { readonly platform: string; readonly digest: Digest | null }[],
): void {
  const add = database.prepare('INSERT OR IGNORE INTO wanted (image, platform, digest) VALUES (?, ?, ?)');
  const added = platforms.map(({ platform, digest }) => Number(add.run(image, platform, digest).changes));
  if (added.some((changes) => changes > 0))
    database.prepare('UPDATE image SET stamp = NULL, covered = 0 WHERE number = ?').run(image);
}

function setMeta(database: DatabaseSync, key: string, value: string): void {
  database
    .prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value')
    .run(key, value);
}

function getMeta(database: DatabaseSync, key: string): string | null {
  const row = database.prepare('SELECT value FROM meta WHERE key = ?').get(key);
  return row === undefined ? null : String(row['value']);
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** An empty list covers nothing: the scanner found no software, or did not look. */
function addSbom(database: DatabaseSync, digest: Digest, reading: SbomReading): number {
  const found = numberOf(database, 'sbom', digest);
  if (found !== null) return found;
  const packages = reading.ok ? reading.packages.filter(({ isSoftware }) => isSoftware) : [];
  const sbom = Number(
    database
      .prepare('INSERT INTO sbom (digest, packages, complete, reason) VALUES (?, ?, ?, ?)')
      .run(
        digest,
        packages.length,
        reading.ok && reading.isComplete && packages.length > 0 ? 1 : 0,
        reading.ok ? null : reading.reason,
      ).lastInsertRowid,
  );
  const list = database.prepare('INSERT INTO listed (sbom, content) VALUES (?, ?)');
  const name = database.prepare('INSERT OR IGNORE INTO package (name, sbom, number) VALUES (?, ?, ?)');
  for (const found of packages) {
    const number = Number(list.run(sbom, JSON.stringify(found)).lastInsertRowid);
    for (const each of comparableNames(found)) name.run(each, sbom, number);
  }
  return sbom;
}

async function readDocuments(
  database: DatabaseSync,
  blobs: BlobStore,
  note: ImageNote,
): Promise<ReadonlyMap<Digest, SbomReading>> {
  const documents = new Map<Digest, SbomReading>();
  for (const { digest } of note.sboms) {
    if (numberOf(database, 'sbom', digest) !== null || documents.has(digest)) continue;
    // one after another: each may be hundreds of megabytes
    // oxlint-disable-next-line no-await-in-loop
    const bytes = await blobs.read(digest);
    documents.set(
      digest,
      bytes === null ? { ok: false, reason: 'its document is missing or damaged' } : readSbomDocument(bytes),
    );
  }
  return documents;
}

/** Every platform that has layers or is used has one of these SBOMs, or the image as a whole has. */
function isCovered(note: ImageNote, used: readonly string[], sboms: ImageNote['sboms']): boolean {
  const subjects = new Set(sboms.map(({ subject }) => subject as string));
  const platforms = [...Object.keys(note.layers), ...used];
  return subjects.has(note.digest) || (platforms.length > 0 && platforms.every((platform) => subjects.has(platform)));
}

/** 0 where SBOMs that say they are complete do not cover the image, 1 where they do, 2 where signed ones alone do. */
function coverOf(note: ImageNote, used: readonly string[], isComplete: (digest: Digest) => boolean): number {
  const complete = note.sboms.filter(({ digest }) => isComplete(digest));
  if (!isCovered(note, used, complete)) return 0;
  const signed = complete.filter(({ trust }) => trust === 'signed');
  return isCovered(note, used, signed) ? 2 : 1;
}

async function fillImage(
  database: DatabaseSync,
  folder: string,
  blobs: BlobStore,
  number: number,
  digest: Digest,
): Promise<void> {
  const stamp = await imageNoteStamp(folder, digest);
  const known = database.prepare('SELECT stamp FROM image WHERE number = ?').get(number);
  if (stamp === null || known?.['stamp'] === stamp) return;
  const note = await readImageNote(folder, digest);
  if (note === null) return;
  const documents = await readDocuments(database, blobs, note);
  inTransaction(database, () => {
    database.prepare('DELETE FROM carries WHERE image = ?').run(number);
    const carry = database.prepare('INSERT OR IGNORE INTO carries (image, sbom, trust, signer) VALUES (?, ?, ?, ?)');
    for (const { digest: document, trust, signer } of note.sboms) {
      const sbom = addSbom(database, document, documents.get(document) ?? { ok: false, reason: 'it was not read' });
      carry.run(number, sbom, trust, signer === null ? null : JSON.stringify(signer));
    }
    const complete = database.prepare('SELECT complete FROM sbom WHERE digest = ?');
    const used = database.prepare('SELECT digest FROM wanted WHERE image = ? AND digest IS NOT NULL').all(number);
    const covered = coverOf(
      note,
      used.map(({ digest: platform }) => String(platform)),
      (one) => Number(complete.get(one)?.['complete'] ?? 0) === 1,
    );
    const faults = note.faults ?? [];
    database
      .prepare('UPDATE image SET stamp = ?, problem = ?, faults = ?, covered = ?, layers = ? WHERE number = ?')
      .run(
        stamp,
        note.problem,
        faults.length === 0 ? null : faults.join('; '),
        covered,
        JSON.stringify([...new Set(Object.values(note.layers).flat())]),
        number,
      );
  });
}

/** What a journal is known by: pruning replaces it by another. */
async function markOf(path: string): Promise<string> {
  return await stat(path).then(
    ({ ino, dev }) => `${dev}:${ino}`,
    () => 'none',
  );
}

function forget(database: DatabaseSync): void {
  database.exec('DELETE FROM use; DELETE FROM wanted; DELETE FROM build;');
}

async function addNewRecords(database: DatabaseSync, folder: string): Promise<readonly DamagedLine[]> {
  const path = join(folder, journalName);
  const mark = `${await markOf(path)} ${await markOf(join(folder, pulledName))}`;
  const isSame = getMeta(database, 'journal') === mark;
  const from = isSame ? Number(getMeta(database, 'offset') ?? '0') : 0;
  const records: BuildRecord[] = [];
  const add = (record: BuildRecord): void => void records.push(record);
  const { end, damaged } = await readJournalFile(path, from, add);
  if (!isSame) await readJournalFile(join(folder, pruningName), 0, add);
  // behind one's own: of two records of one id one's own counts
  const pulledFrom = isSame ? Number(getMeta(database, 'pulled') ?? '0') : 0;
  const pulled = await readJournalFile(join(folder, pulledName), pulledFrom, add);
  if (isSame && records.length === 0 && end === from && pulled.end === pulledFrom) return damaged;
  inTransaction(database, () => {
    if (!isSame) forget(database);
    for (const record of records) addBuild(database, record);
    setMeta(database, 'offset', String(end));
    setMeta(database, 'pulled', String(pulled.end));
    setMeta(database, 'journal', mark);
  });
  return damaged;
}

/**
 * Brings the index up to date: what the journal gained since the last time, and what became known about images.
 * @throws VerifyError `records.unreadable`
 */
export async function fillDatabase(database: DatabaseSync, folder: string, blobs: BlobStore): Promise<Filled> {
  const damaged = await addNewRecords(database, folder);
  const open = database
    .prepare('SELECT number, digest FROM image WHERE stamp IS NULL OR (problem IS NOT NULL AND covered = 0)')
    .all();
  for (const { number, digest } of open) {
    // one after another, within one database
    // oxlint-disable-next-line no-await-in-loop
    await fillImage(database, folder, blobs, Number(number), String(digest) as Digest); // a digest when it was put there
  }
  return { damaged };
}
