import { constants, type FileHandle, open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

const smallestPart = 65_536; // bytes
const longestSilence = 5_000; // milliseconds

/** Reads to the end, whatever size is said: files of /proc say 0. */
async function readWhole(handle: FileHandle, size: number, limit: number): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  for (let length = 0; length <= limit; ) {
    const part = Buffer.alloc(Math.max(smallestPart, Math.min(size, limit) + 1 - length));
    const { bytesRead } = await handle.read(part, 0, part.length);
    if (bytesRead === 0) return Buffer.concat(parts);
    parts.push(part.subarray(0, bytesRead));
    length += bytesRead;
  }
  return null;
}

/** Whether an error says that a file, or a folder on the way to it, is not there. */
export function isMissingFile(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'ENOENT' || error.code === 'ENOTDIR';
}

/**
 * The bytes of a regular file of at most `limit` bytes; null where there is no such file.
 * @throws Error of the file system; one of its own where the file is larger or no regular file (a pipe would hold us up for ever)
 */
export async function readBoundedFile(path: string, limit: number): Promise<Buffer | null> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (isMissingFile(error)) return null;
    throw error;
  }
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new Error(`${path} is not a regular file`);
    const bytes = found.size > limit ? null : await readWhole(handle, found.size, limit);
    if (bytes === null) throw new Error(`${path} is larger than ${limit} bytes`);
    return bytes;
  } finally {
    await handle.close();
  }
}

async function readInput(file: FileHandle, limit: number): Promise<Buffer> {
  const giveUp = Date.now() + longestSilence;
  const parts: Buffer[] = [];
  for (let length = 0; length <= limit; ) {
    const part = await readPart(file);
    if (part === 'nothing yet' && Date.now() > giveUp) throw new Error('nothing comes through this pipe');
    if (part === 'nothing yet') await setTimeout(20);
    else if (part.length === 0) return Buffer.concat(parts);
    else {
      parts.push(part);
      length += part.length;
    }
  }
  throw new Error(`it is larger than ${limit} bytes`);
}

async function readPart(file: FileHandle): Promise<Buffer | 'nothing yet'> {
  const part = Buffer.alloc(smallestPart);
  try {
    const { bytesRead } = await file.read(part, 0, part.length);
    return part.subarray(0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 'nothing yet';
    throw error;
  }
}

/**
 * The bytes of a file that a person names, or what comes through a pipe, as shells make of `<(…)`: at most `limit`.
 * @throws Error of the file system, also where there is no such file; one of its own for a device, which may never end, for what is larger
 *   and for a pipe through which nothing comes
 */
export async function readBoundedInput(path: string, limit: number): Promise<Buffer> {
  // without waiting: opening a pipe without a writer would never return
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = await file.stat();
    if (found.isDirectory()) throw new Error('it is a folder');
    if (!found.isFile() && !found.isFIFO()) throw new Error('it is neither a file nor a pipe');
    return await readInput(file, limit);
  } finally {
    await file.close();
  }
}
