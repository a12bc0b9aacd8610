import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BuildRecord,
  type Digest,
  failure,
  makeFolder,
  messageOf,
  parseBoundedJson,
  type Result,
  success,
  VerifyError,
} from '../model/index.ts';

/** Where the journal lies in the folder for state. */
export const journalName = 'journal.jsonl';
/** Where the old journal lies while it is pruned. */
export const pruningName = 'journal.pruning.jsonl';

const newline = 0x0a;
/** Where records of other machines lie: apart, so that none of them is ever taken for a build of this machine. */
export const pulledName = 'pulled.jsonl';
/** A longer line is no record of ours. */
const longestLine = 16 * 1024 * 1024;
const chunk = 1024 * 1024;

/** A line that is no record. */
export interface DamagedLine {
  /** From 1, counted from where the reading began. */
  readonly line: number;
  readonly reason: string;
}

async function endsInLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, size - 1);
  return last[0] === newline;
}

/**
 * Adds records to the journal, each as one line, in one write: other builds at the same time lose nothing, and a process that dies
 * leaves at worst one torn line, which the next one closes.
 * @returns whether there was such a line
 * @throws VerifyError `file.unwritable`
 */
export async function appendRecords(
  folder: string,
  records: readonly BuildRecord[],
  name: typeof journalName | typeof pulledName = journalName,
): Promise<boolean> {
  const path = join(folder, name);
  try {
    await makeFolder(folder, 0o700);
    const file = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
    try {
      const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
      const isWhole = await endsInLine(file);
      const bytes = Buffer.from(isWhole ? lines : `\n${lines}`);
      const { bytesWritten } = await file.write(bytes);
      if (bytesWritten < bytes.length) throw new Error('the disk is full');
      return !isWhole;
    } finally {
      await file.close();
    }
  } catch (cause) {
    const reason = messageOf(cause);
    const isPulled = name === pulledName;
    const what = isPulled ? 'what was pulled' : 'this build';
    throw new VerifyError('file.unwritable', `${what} could not be added to ${path}: ${reason}`, {
      hint: isPulled
        ? 'see who may write there, and whether there is room; XDG_STATE_HOME names another place'
        : 'see who may write there, and whether there is room, or switch records off (DOCKER_VERIFY_RECORDS=off)',
      cause,
    });
  }
}

function parseRecord(text: string): Result<BuildRecord> {
  try {
    const value: unknown = parseBoundedJson(text);
    if (typeof value !== 'object' || value === null || !('schemaVersion' in value) || !('id' in value))
      return failure('it is no record of a build');
    if (value.schemaVersion !== 1)
      return failure(`it is of version ${String(value.schemaVersion).slice(0, 20)}, which this program does not know`);
    return success(value as BuildRecord); // written by us, and read leniently where fields are missing
  } catch {
    return failure('it is torn, or no JSON');
  }
}

/** Complete lines of a file from an offset on, with where they begin. */
async function* linesOf(
  file: FileHandle,
  from: number,
): AsyncGenerator<{ bytes: Buffer; offset: number; isWhole: boolean }> {
  let rest = Buffer.alloc(0);
  let offset = from;
  let position = from;
  for (;;) {
    // one part after another: the journal may be larger than memory
    // oxlint-disable-next-line no-await-in-loop
    const { buffer, bytesRead } = await file.read(Buffer.alloc(chunk), 0, chunk, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      yield { bytes: rest.subarray(0, end), offset, isWhole: true };
      offset += end + 1;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > longestLine) rest = rest.subarray(0, longestLine);
  }
  if (rest.length > 0) yield { bytes: rest, offset, isWhole: false };
}

function unreadable(path: string, cause: unknown): VerifyError {
  return new VerifyError('records.unreadable', `cannot read ${path}`, { hint: 'see who may read it', cause });
}

/** What reading the journal gives. */
export interface JournalReading {
  /** The offset behind the last complete line. */
  readonly end: number;
  readonly damaged: readonly DamagedLine[];
}

/**
 * Reads a journal from an offset on, and calls `visit` for each record. Lines that hold no record are passed over and counted as damaged. A journal
 * that is not there is empty. With `mentioning`, lines without that text are passed over unparsed.
 * @throws VerifyError `records.unreadable`
 */
export async function readJournalFile(
  path: string,
  from: number,
  visit: (record: BuildRecord) => void,
  mentioning: string | null = null,
): Promise<JournalReading> {
  const damaged: DamagedLine[] = [];
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return { end: 0, damaged };
    throw unreadable(path, cause);
  }
  let end = from;
  let line = 0;
  try {
    for await (const { bytes, offset, isWhole } of linesOf(file, from)) {
      line += 1;
      if (isWhole) end = offset + bytes.length + 1;
      if (mentioning !== null && !bytes.includes(mentioning)) continue;
      const text = bytes.toString('utf8').trim();
      if (text === '') continue;
      const record = parseRecord(text);
      if (record.ok) visit(record.value);
      else damaged.push({ line, reason: record.reason });
    }
  } catch (cause) {
    // what `visit` throws is not about the file
    throw cause instanceof Error && 'syscall' in cause ? unreadable(path, cause) : cause;
  } finally {
    await file.close();
  }
  return { end, damaged };
}

/**
 * Reads all records, also those of a journal that is being pruned, each once.
 * @throws VerifyError `records.unreadable`
 */
export async function readJournal(
  folder: string,
  visit: (record: BuildRecord) => void,
): Promise<readonly DamagedLine[]> {
  const seen = new Set<string>();
  const once = (record: BuildRecord): void => {
    if (!seen.has(record.id)) visit(record);
    seen.add(record.id);
  };
  const aside = await readJournalFile(join(folder, pruningName), 0, once);
  const { damaged } = await readJournalFile(join(folder, journalName), 0, once);
  return [...aside.damaged, ...damaged];
}

/**
 * Reads the records of other machines.
 * @throws VerifyError `records.unreadable`
 */
export async function readPulled(
  folder: string,
  visit: (record: BuildRecord) => void,
): Promise<readonly DamagedLine[]> {
  return (await readJournalFile(join(folder, pulledName), 0, visit)).damaged;
}

/**
 * The records of builds of this machine that made an image, the newest first.
 * @param digest of its configuration, manifest or index: whatever a store knows the image by
 * @throws VerifyError `records.unreadable`
 */
export async function readBuildsOf(folder: string, digest: Digest): Promise<readonly BuildRecord[]> {
  const found = new Map<string, BuildRecord>();
  const keep = (record: BuildRecord): void => {
    const isOwn = record.pulled === undefined;
    if (isOwn && (record.digest === digest || record.imageId === digest)) found.set(record.id, record);
  };
  // a journal that is being pruned counts until that is over
  await readJournalFile(join(folder, pruningName), 0, keep, digest);
  await readJournalFile(join(folder, journalName), 0, keep, digest);
  return [...found.values()].toSorted((left, right) => (left.id < right.id ? 1 : -1));
}
