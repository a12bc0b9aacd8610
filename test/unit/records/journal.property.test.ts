import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { journalName, readJournalFile } from '../../../src/records/journal.ts';
import { newStateFolder, record } from './support.ts';

async function idsIn(folder: string): Promise<readonly string[]> {
  const ids: string[] = [];
  await readJournalFile(join(folder, journalName), 0, ({ id }) => ids.push(id));
  return ids;
}

describe('the journal', () => {
  it('loses nothing of two hundred builds at once', async () => {
    const folder = newStateFolder();
    const module = new URL('../../../src/records/index.ts', import.meta.url).href;
    const source = `import(${JSON.stringify(module)}).then(async ({ appendRecords }) => {
      const { workerData } = await import('node:worker_threads');
      for (const each of workerData.records) await appendRecords(workerData.folder, [each]);
    })`;
    const all = Array.from({ length: 200 }, (_, index) => record(`a:${index}`, []));
    await Promise.all(
      [0, 1, 2, 3].map(
        (part) =>
          new Promise<void>((resolve, reject) => {
            const records = all.slice(part * 50, part * 50 + 50);
            const worker = new Worker(source, { eval: true, workerData: { folder, records } });
            worker.on('error', reject);
            worker.on('exit', () => resolve());
          }),
      ),
    );
    expect((await idsIn(folder)).toSorted()).toEqual(all.map(({ id }) => id).toSorted());
  });
});
