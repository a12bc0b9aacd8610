import type { DatabaseSync } from 'node:sqlite';
import { comparableNames, readSbomDocument, type SbomReading } from '../inventory/index.ts';
import type { Digest } from '../model/index.ts';
import type { BlobStore } from './blob-store.ts';
import { inTransaction, prepared } from './database.ts';
import { addNewRecords } from './fill-records.ts';
import { type ImageNote, imageNoteStamp, readImageNote } from './image-notes.ts';
import { fillStacks, settleInherited } from './inherited-cover.ts';
import type { DamagedLine } from './journal.ts';

/** What bringing the index up to date found. */
export interface Filled {
  readonly damaged: readonly DamagedLine[];
}

const unavailable = 'its document is missing or damaged';

/** An SBOM that is in the index; one whose document was not there may be there now. */
interface KnownSbom {
  readonly number: number;
  readonly wasRead: boolean;
}

function knownSbom(database: DatabaseSync, digest: string): KnownSbom | null {
  const row = prepared(database, 'SELECT number, reason FROM sbom WHERE digest = ?').get(digest);
  return row === undefined ? null : { number: Number(row['number']), wasRead: row['reason'] !== unavailable };
}

/** An empty list covers nothing: the scanner found no software, or did not look. */
function addSbom(database: DatabaseSync, digest: Digest, reading: SbomReading): number {
  const known = knownSbom(database, digest);
  if (known !== null && (known.wasRead || !reading.ok)) return known.number;
  const packages = reading.ok ? reading.packages.filter(({ isSoftware }) => isSoftware) : [];
  const sbom = Number(
    prepared(
      database,
      'INSERT OR REPLACE INTO sbom (number, digest, packages, complete, reason) VALUES (?, ?, ?, ?, ?)',
    ).run(
      known?.number ?? null,
      digest,
      packages.length,
      reading.ok && reading.isComplete && packages.length > 0 ? 1 : 0,
      reading.ok ? null : reading.reason,
    ).lastInsertRowid,
  );
  const list = prepared(database, 'INSERT INTO listed (sbom, content) VALUES (?, ?)');
  const name = prepared(database, 'INSERT OR IGNORE INTO package (name, sbom, number) VALUES (?, ?, ?)');
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
    if (knownSbom(database, digest)?.wasRead === true || documents.has(digest)) continue;
    // one after another: each may be hundreds of megabytes
    // oxlint-disable-next-line no-await-in-loop
    const bytes = await blobs.read(digest);
    documents.set(digest, bytes === null ? { ok: false, reason: unavailable } : readSbomDocument(bytes));
  }
  return documents;
}

type Sboms = ImageNote['sboms'];

/** Every platform that has layers or is used has one of these SBOMs, or the image as a whole has. */
function isCovered(note: ImageNote, used: readonly string[], sboms: Sboms): boolean {
  const subjects = new Set(sboms.map(({ subject }) => subject as string));
  const platforms = [...Object.keys(note.layers), ...used];
  return subjects.has(note.digest) || (platforms.length > 0 && platforms.every((platform) => subjects.has(platform)));
}

/** 0 where these SBOMs do not cover something, 1 where they do, 2 where signed ones alone do. */
function coverBy(sboms: Sboms, isCoveredBy: (sboms: Sboms) => boolean): number {
  if (!isCoveredBy(sboms)) return 0;
  return isCoveredBy(sboms.filter(({ trust }) => trust === 'signed')) ? 2 : 1;
}

/** The layers of each platform's manifest; of what was built and not pushed those of the image, which has one platform then. */
function layersOf({ digest, layers, stored }: ImageNote): ImageNote['layers'] {
  return stored !== undefined && Object.keys(layers).length === 0 ? { [digest]: stored } : layers;
}

/** What is kept of an image, read and ready to be put into the index. */
interface ReadImage {
  readonly number: number;
  readonly stamp: string;
  readonly note: ImageNote;
  readonly documents: ReadonlyMap<Digest, SbomReading>;
}

/** Null where nothing is kept, or nothing new. */
async function readImage(
  database: DatabaseSync,
  folder: string,
  blobs: BlobStore,
  { number, digest }: { readonly number: number; readonly digest: Digest },
): Promise<ReadImage | null> {
  const stamp = await imageNoteStamp(folder, digest);
  const known = prepared(database, 'SELECT stamp FROM image WHERE number = ?').get(number);
  if (stamp === null || known?.['stamp'] === stamp) return null;
  const note = await readImageNote(folder, digest);
  return note === null ? null : { number, stamp, note, documents: await readDocuments(database, blobs, note) };
}

function fillImage(database: DatabaseSync, { number, stamp, note, documents }: ReadImage): void {
  prepared(database, 'DELETE FROM carries WHERE image = ?').run(number);
  const carry = prepared(database, 'INSERT OR IGNORE INTO carries (image, sbom, trust, signer) VALUES (?, ?, ?, ?)');
  for (const { digest: document, trust, signer } of note.sboms) {
    const sbom = addSbom(database, document, documents.get(document) ?? { ok: false, reason: 'it was not read' });
    carry.run(number, sbom, trust, signer === null ? null : JSON.stringify(signer));
  }
  const complete = prepared(database, 'SELECT complete FROM sbom WHERE digest = ?');
  const used = prepared(database, 'SELECT digest FROM wanted WHERE image = ? AND digest IS NOT NULL').all(number);
  const platforms = used.map(({ digest: platform }) => String(platform));
  const sboms = note.sboms.filter((sbom) => Number(complete.get(sbom.digest)?.['complete'] ?? 0) === 1);
  const covered = coverBy(sboms, (some) => isCovered(note, platforms, some));
  const faults = note.faults ?? [];
  prepared(
    database,
    'UPDATE image SET stamp = ?, problem = ?, faults = ?, covered = ?, layers = ? WHERE number = ?',
  ).run(
    stamp,
    note.problem,
    faults.length === 0 ? null : faults.join('; '),
    covered,
    JSON.stringify([...new Set(Object.values(note.layers).flat())]),
    number,
  );
  const stacks = Object.entries(layersOf(note)).map(([manifest, layers]) => ({
    manifest,
    layers,
    // one of the image as a whole may list what is in another of its platforms
    covered: coverBy(sboms, (some) => some.some(({ subject }) => subject === manifest)),
  }));
  fillStacks(database, number, stacks);
}

/** So many packages are put into the index at once: they lie in all its pages, each of which is then written once. */
const manyPackages = 20_000;

async function fillImages(database: DatabaseSync, folder: string, blobs: BlobStore): Promise<void> {
  const open = prepared(
    database,
    'SELECT number, digest FROM image WHERE stamp IS NULL OR (problem IS NOT NULL AND covered = 0)',
  ).all();
  let waiting: ReadImage[] = [];
  let packages = 0;
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    await inTransaction(database, () => {
      for (const image of waiting) fillImage(database, image);
    });
    waiting = [];
    packages = 0;
  };
  for (const { number, digest } of open) {
    const named = { number: Number(number), digest: String(digest) as Digest }; // a digest when it was put there
    // one after another: each may be hundreds of megabytes
    // oxlint-disable-next-line no-await-in-loop
    const image = await readImage(database, folder, blobs, named);
    if (image === null) continue;
    waiting.push(image);
    for (const reading of image.documents.values()) packages += reading.ok ? reading.packages.length : 0;
    // oxlint-disable-next-line no-await-in-loop
    if (packages >= manyPackages) await flush();
  }
  await flush();
}

/**
 * Brings the index up to date: what the journal gained since the last time, and what became known about images.
 * @throws VerifyError `records.unreadable`
 */
export async function fillDatabase(database: DatabaseSync, folder: string, blobs: BlobStore): Promise<Filled> {
  const damaged = await addNewRecords(database, folder);
  await fillImages(database, folder, blobs);
  await settleInherited(database);
  return { damaged };
}
