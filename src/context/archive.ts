import { pipeline, type Readable, Transform } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import { createTarDecoder } from 'modern-tar';
import type { KeptInput } from '../builder/index.ts';
import { VerifyError } from '../model/index.ts';
import type { ArchiveForm } from './archive-form.ts';
import { type ArchivedFile, ArchiveTree } from './archive-tree.ts';
import { findDockerfile } from './resolve-in-root.ts';
import { Unread } from './unread.ts';

/** Bounds on an archive that is read before the build; the builder has its own. */
const largestArchive = 8 * 1024 * 1024 * 1024;
const mostEntries = 500_000;
const longestName = 4096;
const largestDockerfile = 16 * 1024 * 1024;
/** How much of what may be the Dockerfile is kept at the first reading, before it is known which one it is. */
const largestKept = 2 * largestDockerfile;

/** An archive to be read. */
export interface ArchiveRequest {
  readonly kept: KeptInput;
  readonly form: ArchiveForm;
  /** As `--file` names it, within the archive. */
  readonly filename: string;
  readonly signal: AbortSignal;
  /** Bytes once unpacked; 8 GiB. */
  readonly largest?: number;
}

interface Entry {
  readonly ordinal: number;
  readonly header: {
    readonly name: string;
    readonly size: number;
    readonly type?: string;
    readonly linkname?: string;
    readonly pax?: Readonly<Record<string, string>>;
  };
  readonly body: ReadableStream<Uint8Array>;
}

function unpacked({ kept, form, signal, largest = largestArchive }: ArchiveRequest): Readable {
  let size = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.length;
      if (size > largest) done(new Unread(`the archive unpacks to more than ${largest} bytes`));
      else done(null, chunk);
    },
  });
  // the reader of `counted` gets every error
  const ignore = (): undefined => undefined;
  const source = kept.stream();
  if (form === 'gzip') pipeline(source, createGunzip(), counted, ignore);
  else pipeline(source, counted, ignore);
  signal.addEventListener('abort', () => counted.destroy(new Unread('reading the archive took too long')), {
    once: true,
  });
  return counted;
}

/** The entries in order; each body must be read or cancelled before the next. */
async function* entriesOf(request: ArchiveRequest): AsyncGenerator<Entry> {
  if (request.signal.aborted) throw new Unread('there was no time left to read the archive');
  const decoder = createTarDecoder({ strict: true });
  const source = unpacked(request);
  try {
    let ordinal = 0;
    const bytes = ReadableStream.from<Uint8Array>(source);
    for await (const { header, body } of bytes.pipeThrough(decoder)) {
      if (ordinal >= mostEntries) throw new Unread(`the archive has more than ${mostEntries} entries`);
      if (Math.max(header.name.length, header.linkname?.length ?? 0) > longestName)
        throw new Unread('a name is too long');
      yield { ordinal, header, body };
      ordinal += 1;
    }
  } catch (error) {
    throw error instanceof Unread
      ? error
      : new Unread('the archive is broken, or of an unusual kind', { cause: error });
  } finally {
    source.destroy();
  }
}

async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function nameOf(path: string): string {
  return path.split('/').findLast((part) => part !== '') ?? '';
}

interface Reading {
  readonly tree: ArchiveTree;
  /** What has the Dockerfile's name, by its place among the entries. */
  readonly candidates: ReadonlyMap<number, Buffer>;
}

async function readThrough(request: ArchiveRequest): Promise<Reading> {
  const tree = new ArchiveTree();
  const candidates = new Map<number, Buffer>();
  const wanted = nameOf(request.filename).toLowerCase();
  let kept = 0;
  for await (const { ordinal, header, body } of entriesOf(request)) {
    const { name, size, type = 'file', linkname = '', pax = {} } = header;
    if (Object.keys(pax).some((key) => key.startsWith('GNU.sparse.'))) throw new Unread('the archive has sparse files');
    tree.add({ name, size, type, target: linkname }, ordinal);
    if (nameOf(name).toLowerCase() === wanted && kept + size <= largestKept) {
      kept += size;
      candidates.set(ordinal, await bytesOf(body));
    } else await body.cancel();
  }
  return { tree, candidates };
}

async function readAgain(request: ArchiveRequest, { ordinal, size }: ArchivedFile): Promise<Buffer> {
  if (size > largestDockerfile) throw new Unread(`the Dockerfile has ${size} bytes`);
  for await (const entry of entriesOf(request)) {
    if (entry.ordinal === ordinal) return await bytesOf(entry.body);
    await entry.body.cancel();
  }
  throw new Unread('the archive changed while it was read');
}

/**
 * The Dockerfile that an archive unpacks to, without unpacking it.
 * @throws Unread where only the builder can tell; VerifyError `dockerfile.missing`
 */
export async function readArchivedDockerfile(request: ArchiveRequest): Promise<Buffer> {
  const { form, filename } = request;
  if (form === 'bzip2' || form === 'xz') throw new Unread(`${form} is unpacked by the builder alone`);
  const { tree, candidates } = await readThrough(request);
  const found = await findDockerfile((path) => Promise.resolve(tree.lookup(path)), filename);
  if (found === null) {
    throw new VerifyError('dockerfile.missing', `there is no ${filename} in the archive`, {
      hint: 'name the file within the archive with -f',
    });
  }
  return candidates.get(found.file.ordinal) ?? (await readAgain(request, found.file));
}
