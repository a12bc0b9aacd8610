import type { BuildRecord } from '../model/index.ts';
import { appendRecords, pulledName, readJournal, readPulled } from './journal.ts';

/** What became of records that were pulled. */
export interface AddedRecords {
  readonly added: readonly BuildRecord[];
  readonly known: number;
  /** Those whose id another build has. */
  readonly conflicting: readonly BuildRecord[];
}

/**
 * Adds records of other machines to the file that holds these alone: the journal, by which a local image counts as built here, never sees
 * them.
 * @throws VerifyError `records.unreadable`, `file.unwritable`
 */
export async function addPulledRecords(folder: string, records: readonly BuildRecord[]): Promise<AddedRecords> {
  const own = new Set<string>();
  await readJournal(folder, ({ id }) => void own.add(id));
  const here = new Map<string, string | null>();
  const note = ({ id, digest }: BuildRecord): void => void here.set(id, digest);
  await readPulled(folder, note);
  const added: BuildRecord[] = [];
  const conflicting: BuildRecord[] = [];
  let known = 0;
  for (const record of records) {
    const digest = here.get(record.id);
    // one's own is not learnt from others
    if (own.has(record.id) || (digest !== undefined && digest === record.digest)) known += 1;
    else if (digest === undefined) {
      added.push(record);
      note(record);
    } else conflicting.push(record);
  }
  if (added.length > 0) await appendRecords(folder, added, pulledName);
  return { added, known, conflicting };
}
