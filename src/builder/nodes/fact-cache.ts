import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isRecord, ownFile, readBoundedFile, tryParseJson, writeWhole } from '../../model/index.ts';

const largestFact = 1024 * 1024;

/** Facts about builders (versions, platforms, that a denial is obeyed), kept between runs; never a verdict on an image. */
export interface FactCache {
  /** The fact kept under this key for at most `lifetime` milliseconds; null where there is none, or it is broken. */
  read(key: readonly string[], lifetime: number): Promise<unknown>;
  /** Keeps a fact. A cache that cannot be written is no error: the fact is asked for again. */
  write(key: readonly string[], fact: unknown): Promise<void>;
}

function fileName(key: readonly string[]): string {
  return `${createHash('sha256').update(JSON.stringify(key)).digest('hex')}.json`;
}

/** A cache in the folder `builders` of our cache folder. */
export function openFactCache(cacheDirectory: string): FactCache {
  const folder = join(cacheDirectory, 'builders');
  return {
    read: async (key, lifetime) => {
      try {
        const bytes = await readBoundedFile(join(folder, fileName(key)), largestFact);
        const kept = bytes === null ? null : tryParseJson(bytes.toString('utf8'));
        if (!isRecord(kept) || typeof kept['time'] !== 'number') return null;
        const age = Date.now() - kept['time'];
        const same = JSON.stringify(kept['key']) === JSON.stringify(key);
        return same && age >= 0 && age <= lifetime ? (kept['fact'] ?? null) : null;
      } catch {
        return null;
      }
    },
    write: async (key, fact) => {
      const text = JSON.stringify({ time: Date.now(), key, fact });
      await writeWhole(join(folder, fileName(key)), text, ownFile).catch(() => undefined);
    },
  };
}
