import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, isDigest, ownFile, writeWhole } from '../model/index.ts';

/** The largest SBOM that is kept and read, bytes. */
export const largestBlob = 320 * 1024 * 1024;

/** Documents in the folder for state, each once under its digest. */
export interface BlobStore {
  /** Keeps bytes; gives their digest. */
  write(bytes: Uint8Array): Promise<Digest>;
  /** The bytes, checked again; null where they are not there, damaged or too large. */
  read(digest: Digest): Promise<Buffer | null>;
  has(digest: Digest): Promise<boolean>;
}

function digestOf(bytes: Uint8Array): Digest {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (!isDigest(digest)) throw new Error('a SHA-256 that is no digest');
  return digest;
}

/** @param folder the folder for state, absolute */
export function openBlobStore(folder: string): BlobStore {
  const fileOf = (digest: Digest): string => {
    const [algorithm = '', hex = ''] = digest.split(':');
    return join(folder, 'blobs', algorithm, hex.slice(0, 2), hex);
  };
  const has = async (digest: Digest): Promise<boolean> =>
    await stat(fileOf(digest)).then(
      (found) => found.isFile(),
      () => false,
    );
  const read = async (digest: Digest): Promise<Buffer | null> => {
    try {
      const found = await stat(fileOf(digest));
      if (!found.isFile() || found.size > largestBlob) return null;
      const bytes = await readFile(fileOf(digest));
      return digestOf(bytes) === digest ? bytes : null;
    } catch {
      return null;
    }
  };
  return {
    has,
    read,
    async write(bytes) {
      const digest = digestOf(bytes);
      // what is there and damaged would stay so for ever
      const isKept = bytes.length > largestBlob ? await has(digest) : (await read(digest)) !== null;
      if (!isKept) await writeWhole(fileOf(digest), bytes, ownFile);
      return digest;
    },
  };
}
