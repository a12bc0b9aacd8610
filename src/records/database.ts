import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { VerifyError } from '../model/index.ts';

/** Changes with the tables: an index of another version is made anew. */
const version = 3;

// `covered`: 0 where no complete SBOM covers the image, 1 where one does, 2 where those that do are signed
const tables = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE build (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, summary TEXT NOT NULL);
CREATE TABLE image (number INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, stamp TEXT, problem TEXT, faults TEXT, covered INTEGER NOT NULL DEFAULT 0, layers TEXT NOT NULL DEFAULT '[]');
CREATE TABLE use (build INTEGER NOT NULL, image INTEGER NOT NULL, role TEXT NOT NULL, name TEXT, PRIMARY KEY (image, build, role)) WITHOUT ROWID;
CREATE INDEX use_of_build ON use (build);
CREATE TABLE wanted (image INTEGER NOT NULL, platform TEXT NOT NULL, digest TEXT, PRIMARY KEY (image, platform)) WITHOUT ROWID;
CREATE TABLE sbom (number INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, packages INTEGER NOT NULL, complete INTEGER NOT NULL, reason TEXT);
CREATE TABLE carries (image INTEGER NOT NULL, sbom INTEGER NOT NULL, trust TEXT NOT NULL, signer TEXT, PRIMARY KEY (image, sbom)) WITHOUT ROWID;
CREATE INDEX carried ON carries (sbom);
CREATE TABLE package (name TEXT NOT NULL, sbom INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (name, sbom, number)) WITHOUT ROWID;
CREATE TABLE listed (number INTEGER PRIMARY KEY, sbom INTEGER NOT NULL, content TEXT NOT NULL);
`;

async function openFile(path: string): Promise<DatabaseSync> {
  const { DatabaseSync: Database } = await import('node:sqlite');
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const database = new Database(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 10000;');
  return database;
}

function versionOf(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA user_version').get();
  return Number(row?.['user_version'] ?? 0);
}

async function removeFile(path: string): Promise<void> {
  await Promise.all(['', '-wal', '-shm'].map((end) => rm(`${path}${end}`, { force: true })));
}

async function openOrMake(path: string): Promise<DatabaseSync> {
  const database = await openFile(path);
  if (versionOf(database) === version) return database;
  database.exec('BEGIN IMMEDIATE');
  // another process may have made it meanwhile
  if (versionOf(database) !== 0 && versionOf(database) !== version) {
    database.exec('ROLLBACK');
    database.close();
    await removeFile(path);
    return await openOrMake(path);
  }
  if (versionOf(database) === 0) database.exec(`${tables} PRAGMA user_version = ${version};`);
  database.exec('COMMIT');
  return database;
}

/**
 * Opens the index over the journal, and makes it where there is none. It holds nothing that the journal and the documents beside it
 * do not hold: one that is damaged is made anew.
 * @throws VerifyError `records.unreadable`
 */
export async function openDatabase(path: string): Promise<DatabaseSync> {
  try {
    return await openOrMake(path);
  } catch {
    try {
      await removeFile(path);
      return await openOrMake(path);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : 'unknown reason';
      throw new VerifyError('records.unreadable', `the index of records cannot be made at ${path}: ${reason}`, {
        hint: 'see who may write to that folder, and whether there is room',
        cause,
      });
    }
  }
}
