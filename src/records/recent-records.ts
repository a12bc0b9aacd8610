import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildRecord } from '../model/index.ts';
import { journalName, readJournalFile } from './journal.ts';

const recent = 1024 * 1024; // bytes

/**
 * The records of builds of this machine that stand in the journal's last part, the newest first: however long the journal is, it is soon read.
 * @throws VerifyError `records.unreadable`
 */
export async function recentRecords(folder: string): Promise<readonly BuildRecord[]> {
  const path = join(folder, journalName);
  const size = (await stat(path).catch(() => null))?.size ?? 0;
  const records: BuildRecord[] = [];
  // what the first line began with is missing, so that it is no record
  await readJournalFile(path, Math.max(0, size - recent), (record) => records.push(record));
  return records.toReversed();
}
