import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { makeFolder, messageOf, VerifyError } from '../model/index.ts';

/** Changes with the tables and with what is read from SBOMs: an index of another version is made anew. */
const version = 6;

// `covered`: 0 where no complete SBOM covers the image, 1 where one does, 2 where those that do are signed
// `inherited`: the same of the SBOM of what it was built on, where it adds no layer; NULL until that is settled
// `result`: the image that a build made, so that builds are counted by their images alone
const tables = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE build (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, result INTEGER, summary TEXT NOT NULL);
CREATE INDEX build_of_result ON build (result, id);
CREATE TABLE image (number INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, stamp TEXT, problem TEXT, faults TEXT, covered INTEGER NOT NULL DEFAULT 0, inherited INTEGER DEFAULT 0, known INTEGER GENERATED ALWAYS AS (max(covered, coalesce(inherited, 0))) VIRTUAL, layers TEXT NOT NULL DEFAULT '[]');
CREATE INDEX unsettled ON image (number) WHERE inherited IS NULL;
CREATE TABLE stack (image INTEGER NOT NULL, manifest TEXT NOT NULL, layers TEXT, covered INTEGER NOT NULL, PRIMARY KEY (image, manifest)) WITHOUT ROWID;
CREATE TABLE use (build INTEGER NOT NULL, image INTEGER NOT NULL, role TEXT NOT NULL, name TEXT, PRIMARY KEY (image, build, role)) WITHOUT ROWID;
CREATE INDEX use_of_build ON use (build);
CREATE TABLE wanted (image INTEGER NOT NULL, platform TEXT NOT NULL, digest TEXT, PRIMARY KEY (image, platform)) WITHOUT ROWID;
CREATE TABLE sbom (number INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, packages INTEGER NOT NULL, complete INTEGER NOT NULL, reason TEXT);
CREATE TABLE carries (image INTEGER NOT NULL, sbom INTEGER NOT NULL, trust TEXT NOT NULL, signer TEXT, PRIMARY KEY (image, sbom)) WITHOUT ROWID;
CREATE INDEX carried ON carries (sbom);
CREATE TABLE package (name TEXT NOT NULL, sbom INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (name, sbom, number)) WITHOUT ROWID;
CREATE TABLE listed (number INTEGER PRIMARY KEY, sbom INTEGER NOT NULL, content TEXT NOT NULL);
`;

// Filling it touches most pages of a large index, and another process waits while one fills it.
const settings = `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 120000;
PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 8000;`;

const statements = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/** A statement, compiled once for each database: what runs for every build takes longer to compile than to run. */
export function prepared(database: DatabaseSync, sql: string): StatementSync {
  const known = statements.get(database) ?? new Map<string, StatementSync>();
  statements.set(database, known);
  const statement = known.get(sql) ?? database.prepare(sql);
  known.set(sql, statement);
  return statement;
}

/** Does work in a transaction, which is taken back where the work fails. Another process that writes is waited for. */
export async function inTransaction<Value>(database: DatabaseSync, work: () => Value | Promise<Value>): Promise<Value> {
  database.exec('BEGIN IMMEDIATE');
  try {
    const value = await work();
    database.exec('COMMIT');
    return value;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

async function openFile(path: string): Promise<DatabaseSync> {
  const { DatabaseSync: Database } = await import('node:sqlite');
  await makeFolder(dirname(path), 0o700);
  const database = new Database(path);
  database.exec(settings);
  return database;
}

function versionOf(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA user_version').get();
  return Number(row?.['user_version'] ?? 0);
}

/** Removes an index, which is made anew the next time. */
export async function removeDatabase(path: string): Promise<void> {
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
    await removeDatabase(path);
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
      await removeDatabase(path);
      return await openOrMake(path);
    } catch (cause) {
      const reason = messageOf(cause);
      throw new VerifyError('records.unreadable', `the index of records cannot be made at ${path}: ${reason}`, {
        hint: 'see who may write to that folder, and whether there is room',
        cause,
      });
    }
  }
}

/** An empty index that lies nowhere. */
export async function openInMemory(): Promise<DatabaseSync> {
  const { DatabaseSync: Database } = await import('node:sqlite');
  const database = new Database(':memory:');
  database.exec(`${tables} PRAGMA user_version = ${version};`);
  return database;
}
