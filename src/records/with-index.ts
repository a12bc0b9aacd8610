import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isVerifyError, makeFolder } from '../model/index.ts';
import { openDatabase, openInMemory, removeDatabase } from './database.ts';

/** The index over the journal, in the folder for state. */
const indexName = 'index.sqlite';

/** Whether records, and what is kept beside them, can be written to the folder for state. */
export async function canWriteState(folder: string): Promise<boolean> {
  try {
    await makeFolder(folder, 0o700);
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function canWriteIndex(folder: string): Promise<boolean> {
  if (!(await canWriteState(folder))) return false;
  return await access(join(folder, indexName), constants.W_OK).then(
    () => true,
    (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT',
  );
}

/** SQLite's result code, for instance 13 where the disk is full; null for what another part threw (https://sqlite.org/rescode.html). */
function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  // extended codes hold the primary one in their lowest byte
  return error.errcode & 0xff;
}

const damagedCodes: readonly (number | null)[] = [11, 26]; // SQLITE_CORRUPT, SQLITE_NOTADB

async function withDatabase<Value>(
  database: DatabaseSync,
  work: (database: DatabaseSync) => Promise<Value>,
): Promise<Value> {
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

/**
 * Runs work with the index of a folder for state. The index only spares reading the journal again: where it cannot be written, or
 * fails while it is used, one in memory does the same work from the beginning, and the answer is the same.
 */
export async function withIndex<Value>(
  folder: string,
  work: (database: DatabaseSync) => Promise<Value>,
): Promise<Value> {
  if (!(await canWriteIndex(folder))) return await withDatabase(await openInMemory(), work);
  const path = join(folder, indexName);
  try {
    return await withDatabase(await openDatabase(path), work);
  } catch (error) {
    const code = resultCode(error);
    if (code === null && !isVerifyError(error, 'records.unreadable')) throw error;
    if (damagedCodes.includes(code)) await removeDatabase(path).catch(() => {});
    return await withDatabase(await openInMemory(), work);
  }
}
