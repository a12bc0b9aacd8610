import { type BuildRecord, VerifyError } from '../../../model/index.ts';
import {
  type DamagedLine,
  type PruneOutcome,
  pruneJournal,
  readJournal,
  readPulled,
  stateFolder,
} from '../../../records/index.ts';
import type { Session } from '../../session/session.ts';

/** Says where an empty journal was looked for, and what fills it. */
export function warnOfEmptyJournal(session: Session): void {
  const folder = stateFolder(session.environment);
  session.warn(`the journal in ${folder} is empty: docker verify build and bake fill it when they end well`);
}

/** The records of this machine and those that were pulled, oldest first. */
export interface RecordList {
  readonly records: readonly BuildRecord[];
  readonly damaged: readonly DamagedLine[];
}

/**
 * All records: those of this machine, and those that were pulled from others, which say so (`pulled`).
 * @throws VerifyError `records.unreadable`
 */
export async function listRecords(session: Session): Promise<RecordList> {
  const records: BuildRecord[] = [];
  const damaged = await readJournal(stateFolder(session.environment), (record) => records.push(record));
  const own = new Set(records.map(({ id }) => id));
  const pulled = await readPulled(stateFolder(session.environment), (record) => {
    if (!own.has(record.id)) records.push(record);
  });
  return {
    records: records.toSorted((left, right) => (left.id < right.id ? -1 : 1)),
    damaged: [...damaged, ...pulled],
  };
}

function bears({ id, digest, imageId, tags, pushed, ref }: BuildRecord, wanted: string): boolean {
  if (id === wanted.toUpperCase() || digest === wanted || imageId === wanted || ref === wanted) return true;
  return [...tags, ...pushed].some(
    (name) => name === wanted || name === `docker.io/library/${wanted}` || name === `docker.io/${wanted}`,
  );
}

/**
 * The newest record that bears an id (or the beginning of one, eight letters at least), a digest, an image ID or a tag.
 * @throws VerifyError `usage.invalid` where there is none, `records.unreadable`
 */
export async function findRecord(session: Session, wanted: string): Promise<BuildRecord> {
  const { records } = await listRecords(session);
  const beginning = wanted.toUpperCase();
  // another machine's record may bear any tag and time: it never stands before one's own
  const own = records.filter(({ pulled }) => pulled === undefined);
  const found =
    own.findLast((record) => bears(record, wanted)) ??
    own.findLast(({ id }) => beginning.length >= 8 && id.startsWith(beginning)) ??
    records.findLast((record) => bears(record, wanted)) ??
    records.findLast(({ id }) => beginning.length >= 8 && id.startsWith(beginning));
  if (found !== undefined) return found;
  throw new VerifyError('usage.invalid', `no recorded build is ${wanted.slice(0, 200)}`, {
    hint: 'docker verify records ls lists them; name one by id, tag or digest',
  });
}

/**
 * Takes away the records that are older than a time, and what only they used.
 * @throws VerifyError `records.unreadable`, `file.unwritable`
 */
export async function pruneRecords(session: Session, before: Date): Promise<PruneOutcome> {
  return await pruneJournal(stateFolder(session.environment), before);
}
