import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { BuildRecord } from '../../../src/model/index.ts';
import { appendRecords, readJournal } from '../../../src/records/index.ts';
import { newStateFolder, record } from './support.ts';

async function idsIn(folder: string, from = 0): Promise<readonly string[]> {
  const records: BuildRecord[] = [];
  await readJournal(folder, from, (entry) => records.push(entry.record));
  return records.map(({ id }) => id);
}

describe('the journal', () => {
  it('gains a line for each record, in order', async () => {
    const folder = await newStateFolder();
    const [one, two, three] = [record('a:1', []), record('a:2', []), record('a:3', [])];
    await appendRecords(folder, [one]);
    await appendRecords(folder, [two, three]);
    expect(await idsIn(folder)).toEqual([one.id, two.id, three.id]);
    expect((await readFile(join(folder, 'journal.jsonl'), 'utf8')).split('\n')).toHaveLength(4);
  });

  it('is empty where there is none', async () => {
    expect(await readJournal(join(await newStateFolder(), 'none'), 0, () => undefined)).toEqual({
      end: 0,
      damaged: [],
    });
  });

  it('closes a line that a dead process left torn, and tells it', async () => {
    const folder = await newStateFolder();
    const [one, two] = [record('a:1', []), record('a:2', [])];
    await appendRecords(folder, [one]);
    await appendFile(join(folder, 'journal.jsonl'), '{"schemaVersion":1,"id":"01');
    await appendRecords(folder, [two]);
    const seen: string[] = [];
    const { damaged } = await readJournal(folder, 0, (entry) => seen.push(entry.record.id));
    expect(seen).toEqual([one.id, two.id]);
    expect(damaged).toEqual([{ line: 2, reason: 'it is torn, or no JSON' }]);
  });

  it.each([
    ['another document', '{"a":1}', 'it is no record of a build'],
    ['a record of another version', '{"schemaVersion":2,"id":"x"}', 'it is of version 2'],
  ])('tells of %s', async (_, line, reason) => {
    const folder = await newStateFolder();
    await writeFile(join(folder, 'journal.jsonl'), `${line}\n`);
    const { damaged } = await readJournal(folder, 0, () => expect.unreachable());
    expect(damaged[0]?.reason).toContain(reason);
  });

  it('is read on from where reading ended, and a torn line is read when it is whole', async () => {
    const folder = await newStateFolder();
    const [one, two] = [record('a:1', []), record('a:2', [])];
    await appendRecords(folder, [one]);
    const { end } = await readJournal(folder, 0, () => undefined);
    const path = join(folder, 'journal.jsonl');
    const line = `${JSON.stringify(two)}\n`;
    await appendFile(path, line.slice(0, 40));
    expect((await readJournal(folder, end, () => expect.unreachable())).end).toBe(end);
    await appendFile(path, line.slice(40));
    expect(await idsIn(folder, end)).toEqual([two.id]);
  });

  it('loses nothing of two hundred builds at once', async () => {
    const folder = await newStateFolder();
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

  it('says what to do where it cannot be written', async () => {
    const folder = await newStateFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(appendRecords(join(folder, 'file'), [record('a:1', [])])).rejects.toMatchObject({
      code: 'file.unwritable',
      hint: expect.stringContaining('DOCKER_VERIFY_RECORDS=off'),
    });
  });
});
