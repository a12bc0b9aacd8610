import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isChangedWithin, ownFile, writeWhole } from '../../model/index.ts';

const hour = 60 * 60_000;

/**
 * Does a task unless it was done within the last hour, as a file in `folder` says by its time. Of several programs at once each may do it.
 * @param folder absolute
 */
export async function hourly(folder: string, task: () => Promise<unknown>): Promise<void> {
  const mark = join(folder, 'trimmed');
  const found = await stat(mark).catch(() => null);
  if (found !== null && isChangedWithin(found, hour)) return;
  await writeWhole(mark, '', ownFile).catch(() => undefined);
  await task();
}
