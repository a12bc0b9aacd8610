import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Digest,
  isDigest,
  ownFile,
  parseBoundedJson,
  readBoundedFile,
  type Signer,
  writeWhole,
} from '../model/index.ts';

/** A note of an image, bytes. */
const largestNote = 64 * 1024 * 1024;

/** An SBOM that is attached to an image. */
export interface NotedSbom {
  /** Of the document as it is kept. */
  readonly digest: Digest;
  /** What it is about: the image itself, or one of its platforms. */
  readonly subject: Digest;
  /** Whether a signature over it, or over what holds it, verifies. */
  readonly trust: 'signed' | 'unsigned';
  readonly signer: Signer | null;
}

/** What was found out about the software in an image, kept beside the journal: an image never changes, and is asked about once. */
export interface ImageNote {
  readonly schemaVersion: 1;
  readonly digest: Digest;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly sboms: readonly NotedSbom[];
  /** For each platform manifest its layers, as uncompressed digests (`diff_id`), from the bottom. */
  readonly layers: Readonly<Record<string, readonly string[]>>;
  /** Of what was built and not pushed, the layers that the engine's store has, in the same form; left out of any other, and by older versions. */
  readonly stored?: readonly string[];
  /** What was found and cannot be read, for people: asking again would not help. */
  readonly faults?: readonly string[];
  /** What could not be looked up, for people; null where everything could: then it is not asked about again. */
  readonly problem: string | null;
}

function fileOf(folder: string, digest: Digest): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return join(folder, 'images', algorithm, `${hex}.json`);
}

/** Keeps what was found out about an image. */
export async function writeImageNote(folder: string, note: ImageNote): Promise<void> {
  await writeWhole(fileOf(folder, note.digest), `${JSON.stringify(note)}\n`, ownFile);
}

/** The size and time of change of a note, by which a change is noticed; null where there is none. */
export async function imageNoteStamp(folder: string, digest: Digest): Promise<string | null> {
  return await stat(fileOf(folder, digest)).then(
    ({ size, mtimeMs }) => `${size}:${mtimeMs}`,
    () => null,
  );
}

/** What is known of an image; null where nothing is, or where the note is damaged. */
export async function readImageNote(folder: string, digest: Digest): Promise<ImageNote | null> {
  try {
    const bytes = await readBoundedFile(fileOf(folder, digest), largestNote);
    const note: unknown = bytes === null ? null : parseBoundedJson(bytes.toString('utf8'));
    const isNote = typeof note === 'object' && note !== null && 'schemaVersion' in note && note.schemaVersion === 1;
    if (!isNote || !('digest' in note) || !isDigest(note.digest) || note.digest !== digest) return null;
    return note as ImageNote; // written by us, under the digest that it names
  } catch {
    return null;
  }
}

/** What an earlier look knows of other platforms of the same image, and by keys that are not at hand now, is kept. */
function joined(earlier: ImageNote, { sboms, layers, faults = [], ...now }: ImageNote): ImageNote {
  const keyOf = ({ digest, subject }: NotedSbom): string => `${digest} ${subject}`;
  const byKey = new Map(earlier.sboms.map((sbom) => [keyOf(sbom), sbom]));
  for (const sbom of sboms) {
    const known = byKey.get(keyOf(sbom));
    if (known?.trust !== 'signed' || sbom.trust === 'signed') byKey.set(keyOf(sbom), sbom);
  }
  const stored = now.stored ?? earlier.stored;
  const kept = stored === undefined ? {} : { stored };
  return { ...now, ...kept, sboms: [...byKey.values()], layers: { ...earlier.layers, ...layers }, faults };
}

/** Adds to what is known of an image; gives what is known now. */
export async function addToImageNote(folder: string, note: ImageNote): Promise<ImageNote> {
  const earlier = await readImageNote(folder, note.digest);
  const whole = earlier === null ? note : joined(earlier, note);
  await writeImageNote(folder, whole);
  return whole;
}
