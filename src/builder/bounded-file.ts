import { constants, type FileHandle, open } from 'node:fs/promises';

async function readWhole(handle: FileHandle, limit: number): Promise<Buffer | null> {
  const { size } = await handle.stat();
  if (size > limit) return null;
  const buffer = Buffer.alloc(limit + 1);
  let length = 0;
  while (length <= limit) {
    const { bytesRead } = await handle.read(buffer, length, limit + 1 - length);
    if (bytesRead === 0) return buffer.subarray(0, length);
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
    if (!(await handle.stat()).isFile()) throw new Error(`${path} is not a regular file`);
    const bytes = await readWhole(handle, limit);
    if (bytes === null) throw new Error(`${path} is larger than ${limit} bytes`);
    return bytes;
  } finally {
    await handle.close();
  }
}
