import { ownFile, writeWhole } from '../../model/index.ts';

/** Keeps bytes in a folder of the cache, whole or not at all. What cannot be kept is asked for again another time, so nothing is thrown. */
export async function keepFile(path: string, bytes: Uint8Array): Promise<void> {
  await writeWhole(path, bytes, ownFile).catch(() => undefined);
}
