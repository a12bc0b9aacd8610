import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type Environment, VerifyError } from '../../model/index.ts';
import { createPrivateFolder, type PrivateFolder } from './private-folder.ts';

const memoryLimit = 32 * 1024 * 1024;
const largestInput = 64 * 1024 * 1024 * 1024;

/** Standard input, read once and kept so that it can be scanned and still reach the build, as often as that is started. */
export interface KeptInput {
  /** In bytes. */
  readonly size: number;
  /** Where it lies on disk, null while it is in memory. */
  readonly file: string | null;
  /** The first `length` bytes, or fewer where there are no more. */
  head(length: number): Promise<Buffer>;
  /** All of it, from the start; each call gives a stream of its own. */
  stream(): Readable;
  /** Forgets it and removes its file. To be called in every case. */
  dispose(): void;
}

export interface KeepOptions {
  /** Bytes kept in memory before a file is made; 32 MiB. */
  readonly memoryLimit?: number;
  /** Bytes after which the input is refused; 64 GiB. */
  readonly largestInput?: number;
}

/** Pipes what was kept into a program's standard input, which may end before it has read everything: that is its own affair. */
export function feedKept(input: KeptInput, target: Writable): void {
  target.on('error', () => undefined);
  const source = input.stream();
  source.on('error', () => target.destroy());
  source.pipe(target);
}

async function write(target: WriteStream, chunk: Buffer): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    target.write(chunk, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}

async function collect(stream: Readable, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    // Readable yields Buffers where no encoding is set
    const bytes = chunk as Buffer;
    chunks.push(bytes);
    size += bytes.length;
    if (size >= length) break;
  }
  return Buffer.concat(chunks).subarray(0, length);
}

function inMemory(chunks: readonly Buffer[]): KeptInput {
  let bytes: Buffer = Buffer.concat(chunks);
  return {
    size: bytes.length,
    file: null,
    head: (length) => Promise.resolve(bytes.subarray(0, length)),
    stream: () => Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false }),
    dispose: () => {
      bytes = Buffer.alloc(0);
    },
  };
}

function onDisk(folder: PrivateFolder, file: string, size: number): KeptInput {
  return {
    size,
    file,
    head: (length) =>
      length === 0 ? Promise.resolve(Buffer.alloc(0)) : collect(createReadStream(file, { end: length - 1 }), length),
    stream: () => createReadStream(file),
    dispose: () => folder.remove(),
  };
}

interface Spill {
  readonly folder: PrivateFolder;
  readonly file: string;
  readonly target: WriteStream;
}

function spillTo(environment: Environment): Spill {
  const folder = createPrivateFolder(environment);
  const file = join(folder.path, 'standard-input');
  return { folder, file, target: createWriteStream(file, { mode: 0o600, flags: 'wx' }) };
}

/**
 * Reads all of `input` and keeps it: in memory up to 32 MiB, beyond that in a private temporary file.
 * @throws VerifyError `context.invalid` where it cannot be read or has no end in sight, `file.unwritable`
 */
export async function keepInput(
  input: Readable,
  environment: Environment,
  options: KeepOptions = {},
): Promise<KeptInput> {
  const inMemoryLimit = options.memoryLimit ?? memoryLimit;
  const limit = options.largestInput ?? largestInput;
  let chunks: Buffer[] = [];
  let size = 0;
  let spill: Spill | null = null;
  try {
    for await (const chunk of input) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as string);
      size += bytes.length;
      if (size > limit) throw new VerifyError('context.invalid', `standard input is larger than ${limit} bytes`);
      if (spill !== null) await write(spill.target, bytes);
      else chunks.push(bytes);
      if (spill === null && size > inMemoryLimit) {
        spill = spillTo(environment);
        for (const kept of chunks) await write(spill.target, kept);
        chunks = [];
      }
    }
    if (spill === null) return inMemory(chunks);
    spill.target.end();
    await finished(spill.target);
    return onDisk(spill.folder, spill.file, size);
  } catch (cause) {
    spill?.target.destroy();
    spill?.folder.remove();
    if (cause instanceof VerifyError) throw cause;
    throw new VerifyError('context.invalid', `standard input cannot be kept: ${(cause as Error).message}`, { cause });
  }
}
