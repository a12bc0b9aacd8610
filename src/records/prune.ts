import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type BuildRecord,
  type Digest,
  isDigest,
  messageOf,
  ownFile,
  VerifyError,
  writeWhole,
} from '../model/index.ts';
import { readImageNote } from './image-notes.ts';
import { appendRecords, journalName, pruningName, pulledName, readJournalFile, readPulled } from './journal.ts';

/** What pruning took away. */
export interface PruneOutcome {
  readonly kept: number;
  readonly removed: number;
}

/** A build that had the journal open when it was moved has written its line by then, milliseconds. */
const grace = 200;

async function moveAside(folder: string): Promise<boolean> {
  try {
    await rename(join(folder, journalName), join(folder, pruningName));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

async function takeOver(folder: string, isKept: (record: BuildRecord) => boolean): Promise<PruneOutcome> {
  const kept: BuildRecord[] = [];
  let removed = 0;
  const { damaged } = await readJournalFile(join(folder, pruningName), 0, (record) => {
    if (isKept(record)) kept.push(record);
    else removed += 1;
  });
  if (kept.length > 0) await appendRecords(folder, kept);
  await rm(join(folder, pruningName), { force: true });
  return { kept: kept.length, removed: removed + damaged.length };
}

async function filesBelow(folder: string): Promise<readonly { readonly path: string; readonly name: string }[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => ({ path: join(entry.parentPath, entry.name), name: entry.name }));
}

/** The same for what was pulled: it can be pulled again, so that a file written whole is enough. */
async function prunePulled(
  folder: string,
  isKept: (record: BuildRecord) => boolean,
): Promise<{ readonly kept: readonly BuildRecord[]; readonly removed: number }> {
  const all: BuildRecord[] = [];
  await readPulled(folder, (record) => all.push(record));
  const kept = all.filter(isKept);
  if (kept.length < all.length) {
    const lines = kept.map((record) => `${JSON.stringify(record)}\n`).join('');
    await writeWhole(join(folder, pulledName), lines, ownFile);
  }
  return { kept, removed: all.length - kept.length };
}

/** Takes away what was kept about images, and documents, that no record uses any more. */
async function removeUnused(folder: string, records: readonly BuildRecord[]): Promise<void> {
  const used = new Set(
    records.flatMap(({ digest, imageId, images }) => [digest, imageId, ...images.map((image) => image.digest)]),
  );
  const documents = new Set<Digest>();
  for (const { path, name } of await filesBelow(join(folder, 'images', 'sha256'))) {
    const digest = `sha256:${name.replace(/\.json$/, '')}`;
    // one after another: there may be thousands
    // oxlint-disable-next-line no-await-in-loop
    const note = isDigest(digest) && used.has(digest) ? await readImageNote(folder, digest) : null;
    // oxlint-disable-next-line no-await-in-loop
    if (note === null) await rm(path, { force: true });
    for (const { digest: document } of note?.sboms ?? []) documents.add(document);
  }
  for (const { path, name } of await filesBelow(join(folder, 'blobs', 'sha256'))) {
    const digest = `sha256:${name}`;
    // oxlint-disable-next-line no-await-in-loop
    if (!isDigest(digest) || !documents.has(digest)) await rm(path, { force: true });
  }
}

/**
 * Takes away the records that are older than a time, lines that hold no record, and all that only they used. Builds that end at the same
 * time lose nothing: the journal is moved aside, and what is kept is added to the new one. A process that dies in between leaves the
 * old one, which is read with the new one and taken over by the next prune.
 * @throws VerifyError `file.unwritable`, `records.unreadable`
 */
export async function pruneJournal(folder: string, before: Date): Promise<PruneOutcome> {
  const isKept = ({ time }: BuildRecord): boolean => !(Date.parse(time) < before.getTime());
  try {
    // one that an earlier process left
    const left = await takeOver(folder, isKept);
    const moved = (await moveAside(folder)) ? await wait(grace).then(() => takeOver(folder, isKept)) : null;
    const kept: BuildRecord[] = [];
    await readJournalFile(join(folder, journalName), 0, (record) => kept.push(record));
    const pulled = await prunePulled(folder, isKept);
    await removeUnused(folder, [...kept, ...pulled.kept]);
    const removed = left.removed + (moved?.removed ?? 0) + pulled.removed;
    return { kept: kept.length + pulled.kept.length, removed };
  } catch (cause) {
    if (cause instanceof VerifyError) throw cause;
    const reason = messageOf(cause);
    throw new VerifyError('file.unwritable', `the records in ${folder} cannot be pruned: ${reason}`, {
      hint: 'see who may write to that folder',
      cause,
    });
  }
}
