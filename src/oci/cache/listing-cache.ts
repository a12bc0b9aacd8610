import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ownFile, parseBoundedJson, readBoundedFile, writeWhole } from '../../model/index.ts';
import { bounds } from '../transport/bounds.ts';

/** What was listed, and how long ago. */
export interface Listing {
  readonly value: unknown;
  /** Milliseconds. */
  readonly age: number;
}

/** Notes of where signatures were found and what a tag pointed to. The caller never keeps "nothing found". */
export interface ListingCache {
  /** At any age: who may use the network believes it for minutes only. */
  read(key: string): Promise<Listing | null>;
  write(key: string, value: unknown): Promise<void>;
  /** Removes entries that were not looked up for very long. */
  trim(): Promise<void>;
}

const largest = 4 * 1024 * 1024;

/** @param folder absolute */
export function openListingCache(folder: string): ListingCache {
  const listings = join(folder, 'listings');
  const fileOf = (key: string): string => join(listings, `${createHash('sha256').update(key).digest('hex')}.json`);
  return {
    async read(key) {
      try {
        const bytes = await readBoundedFile(fileOf(key), largest);
        if (bytes === null) return null;
        const note = parseBoundedJson(bytes.toString('utf8')) as Record<string, unknown>;
        if (note['key'] !== key || typeof note['time'] !== 'number') return null;
        const age = Date.now() - note['time'];
        // A time to come is no time at all: a clock was set back.
        return age < 0 ? null : { value: note['value'], age };
      } catch {
        return null;
      }
    },
    async write(key, value) {
      await writeWhole(fileOf(key), JSON.stringify({ key, time: Date.now(), value }), ownFile).catch(() => undefined);
    },
    async trim() {
      for (const name of await readdir(listings).catch(() => [])) {
        const file = join(listings, name);
        const found = await stat(file).catch(() => null);
        if (found !== null && Date.now() - found.mtimeMs > bounds.listingKept) await rm(file, { force: true });
      }
    },
  };
}

/** A cache that keeps nothing. */
export const noListingCache: ListingCache = {
  read: () => Promise.resolve(null),
  write: () => Promise.resolve(),
  trim: () => Promise.resolve(),
};
