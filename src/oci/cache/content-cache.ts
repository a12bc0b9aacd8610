import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, ownFile, writeWhole } from '../../model/index.ts';
import { bounds } from '../transport/bounds.ts';
import { digestLike } from './digest-check.ts';

/** Bytes on disk, named by their digest. Never anything that was concluded from them. */
export interface ContentCache {
  /** The bytes, checked again; null where they are not there, damaged, or of another size. */
  read(digest: Digest, size: number | null): Promise<Buffer | null>;
  /** Keeps bytes that the caller has checked. A disk that will not is no reason to fail. */
  write(digest: Digest, bytes: Uint8Array): Promise<void>;
  /** Removes what was used longest ago until the whole is within its bound. */
  trim(): Promise<void>;
}

interface Kept {
  readonly file: string;
  readonly size: number;
  readonly used: number;
}

async function filesIn(folder: string): Promise<readonly Kept[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const kept = entries
    .filter((entry) => entry.isFile())
    .map(async (entry): Promise<Kept | null> => {
      const file = join(entry.parentPath, entry.name);
      const found = await stat(file).catch(() => null);
      return found === null ? null : { file, size: found.size, used: found.mtimeMs };
    });
  return (await Promise.all(kept)).filter((each) => each !== null);
}

/** @param folder absolute; @param limit in bytes, of all that is kept */
export function openContentCache(folder: string, limit: number = bounds.cacheBytes): ContentCache {
  const blobs = join(folder, 'blobs');
  const fileOf = (digest: Digest): string => {
    const [algorithm = '', hex = ''] = digest.split(':');
    return join(blobs, algorithm, hex.slice(0, 2), hex);
  };
  return {
    async read(digest, size) {
      const file = fileOf(digest);
      try {
        const found = await stat(file);
        if (!found.isFile() || found.size > bounds.attestation || (size !== null && found.size !== size)) return null;
        const bytes = await readFile(file);
        if (digestLike(bytes, digest) !== digest) return null;
        const day = 24 * 60 * 60_000;
        if (Date.now() - found.mtimeMs > day) await utimes(file, new Date(), new Date()).catch(() => undefined);
        return bytes;
      } catch {
        return null;
      }
    },
    async write(digest, bytes) {
      if (bytes.length > limit / 4) return;
      await writeWhole(fileOf(digest), bytes, ownFile).catch(() => undefined);
    },
    async trim() {
      const kept = [...(await filesIn(blobs))].sort((left, right) => left.used - right.used);
      let total = kept.reduce((sum, { size }) => sum + size, 0);
      if (total <= limit) return;
      // Somewhat below the bound, so that not every run has to trim.
      for (const { file, size } of kept) {
        if (total <= limit * 0.8) break;
        await rm(file, { force: true }).catch(() => undefined);
        total -= size;
      }
    },
  };
}

/** A cache that keeps nothing, for runs without a folder. */
export const noContentCache: ContentCache = {
  read: () => Promise.resolve(null),
  write: () => Promise.resolve(),
  trim: () => Promise.resolve(),
};
