import { createHash } from 'node:crypto';
import { pipeline, type Readable, Readable as Stream, Transform } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { createTarDecoder } from 'modern-tar';
import { VerifyError } from '../../model/index.ts';

/** Bounds on one layer, unpacked. */
const largestLayer = 8 * 1024 * 1024 * 1024;
const mostEntries = 1_000_000;
/** Of a file whose bytes are wanted. */
const largestFile = 64 * 1024;

/** A file, folder or link as a layer holds it (OCI image-spec, layer.md). */
export interface LayerEntry {
  readonly type: string;
  readonly mode: number;
  /** `uid:gid` */
  readonly owner: string;
  /** Seconds. */
  readonly time: number;
  /** Where a link leads; empty for what is none. */
  readonly link: string;
  /** Extended attributes and device numbers. */
  readonly attributes: string;
  /** Of its bytes; null for what has none. */
  readonly sha256: string | null;
}

function broken(reason: string, cause?: unknown): VerifyError {
  return new VerifyError('registry.untrustworthy', `a layer cannot be read: ${reason}`, { cause });
}

/** The bytes of a layer without what packs them; `seen` learns whether any of them is more than padding. */
function unpacked(bytes: Buffer, seen: { isBlank: boolean }): Readable {
  let size = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.length;
      seen.isBlank &&= chunk.every((byte) => byte === 0);
      if (size > largestLayer) done(broken(`it unpacks to more than ${largestLayer} bytes`));
      else done(null, chunk);
    },
  });
  const source = Stream.from([bytes]);
  // the reader of `counted` gets every error
  const ignore = (): undefined => undefined;
  if (bytes.readUInt16BE(0) === 0x1f8b) pipeline(source, createGunzip(), counted, ignore);
  else if (bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2fb528)
    pipeline(source, createZstdDecompress(), counted, ignore);
  else pipeline(source, counted, ignore);
  return counted;
}

interface RawEntry {
  readonly path: string;
  readonly header: {
    readonly size: number;
    readonly type?: string;
    readonly mode?: number;
    readonly uid?: number;
    readonly gid?: number;
    readonly mtime?: Date;
    readonly linkname?: string;
    readonly pax?: Readonly<Record<string, string>>;
  };
  readonly body: ReadableStream<Uint8Array>;
}

/** The entries in order; each body must be read or cancelled before the next. */
async function* entriesOf(bytes: Buffer): AsyncGenerator<RawEntry> {
  if (bytes.length === 0) return;
  if (bytes.length === 1) throw broken('it is no archive');
  const seen = { isBlank: true };
  const source = unpacked(bytes, seen);
  let count = 0;
  try {
    const stream = ReadableStream.from<Uint8Array>(source);
    for await (const { header, body } of stream.pipeThrough(createTarDecoder({ strict: true }))) {
      count += 1;
      if (count > mostEntries) throw broken(`it has more than ${mostEntries} entries`);
      yield { path: header.name.replace(/^(?:\.?\/)+|\/+$/g, ''), header, body };
    }
    // the library takes what is shorter than a header for the end of an archive
    if (count === 0 && !seen.isBlank) throw broken('it is no archive');
  } catch (error) {
    throw error instanceof VerifyError ? error : broken('it is no archive', error);
  } finally {
    source.destroy();
  }
}

async function sha256Of(body: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk);
  return hash.digest('hex');
}

function attributesOf(pax: Readonly<Record<string, string>> = {}): string {
  const kept = Object.entries(pax).filter(
    ([name]) => name.startsWith('SCHILY.xattr.') || name.startsWith('SCHILY.dev'),
  );
  return JSON.stringify(kept.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/**
 * What a layer holds, by path without a slash at either end.
 * @param bytes as stored: packed with gzip or zstd, or not at all
 * @throws VerifyError `registry.untrustworthy`
 */
export async function readLayer(bytes: Buffer): Promise<ReadonlyMap<string, LayerEntry>> {
  const entries = new Map<string, LayerEntry>();
  for await (const { path, header, body } of entriesOf(bytes)) {
    const { type = 'file', mode = 0, uid = 0, gid = 0, mtime, linkname = '', pax } = header;
    const isFile = type === 'file';
    if (!isFile) await body.cancel();
    entries.set(path, {
      type,
      mode: mode & 0o7777,
      owner: `${uid}:${gid}`,
      time: (mtime?.getTime() ?? 0) / 1000,
      link: linkname,
      attributes: attributesOf(pax),
      sha256: isFile ? await sha256Of(body) : null,
    });
  }
  return entries;
}

/** The bytes of some files of a layer, without those that are larger than 64 KiB. */
export async function readFiles(bytes: Buffer, paths: ReadonlySet<string>): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  if (paths.size === 0) return found;
  for await (const { path, header, body } of entriesOf(bytes)) {
    if (!paths.has(path) || header.size > largestFile) {
      await body.cancel();
      continue;
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    found.set(path, Buffer.concat(chunks));
  }
  return found;
}
