import { access, appendFile, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BuildRecord } from '../../../src/model/index.ts';
import { appendRecords, pruneJournal, readJournal } from '../../../src/records/index.ts';
import { journalName, pruningName, readJournalFile } from '../../../src/records/journal.ts';
import { digestFor, image, newStateFolder, noteImage, record, spdx } from './support.ts';

async function idsIn(folder: string, from = 0): Promise<readonly string[]> {
  const records: BuildRecord[] = [];
  await readJournalFile(join(folder, journalName), from, (found) => records.push(found));
  return records.map(({ id }) => id);
}

describe('the journal', () => {
  it('gains a line for each record, in order', async () => {
    const folder = newStateFolder();
    const [one, two, three] = [record('a:1', []), record('a:2', []), record('a:3', [])];
    await appendRecords(folder, [one]);
    await appendRecords(folder, [two, three]);
    expect(await idsIn(folder)).toEqual([one.id, two.id, three.id]);
    expect((await readFile(join(folder, 'journal.jsonl'), 'utf8')).split('\n')).toHaveLength(4);
  });

  it('is empty where there is none', async () => {
    expect(await readJournal(join(newStateFolder(), 'none'), () => expect.unreachable())).toEqual([]);
  });

  it('closes a line that a dead process left torn, and tells it', async () => {
    const folder = newStateFolder();
    const [one, two] = [record('a:1', []), record('a:2', [])];
    expect(await appendRecords(folder, [one])).toBe(false);
    await appendFile(join(folder, 'journal.jsonl'), '{"schemaVersion":1,"id":"01');
    expect(await appendRecords(folder, [two])).toBe(true);
    const seen: string[] = [];
    const damaged = await readJournal(folder, ({ id }) => seen.push(id));
    expect(seen).toEqual([one.id, two.id]);
    expect(damaged).toEqual([{ line: 2, reason: 'it is torn, or no JSON' }]);
  });

  it.each([
    ['another document', '{"a":1}', 'it is no record of a build'],
    ['a record of another version', '{"schemaVersion":2,"id":"x"}', 'it is of version 2'],
  ])('tells of %s', async (_, line, reason) => {
    const folder = newStateFolder();
    await writeFile(join(folder, 'journal.jsonl'), `${line}\n`);
    const damaged = await readJournal(folder, () => expect.unreachable());
    expect(damaged[0]?.reason).toContain(reason);
  });

  it('is read on from where reading ended, and a torn line is read when it is whole', async () => {
    const folder = newStateFolder();
    const [one, two] = [record('a:1', []), record('a:2', [])];
    await appendRecords(folder, [one]);
    const path = join(folder, journalName);
    const { end } = await readJournalFile(path, 0, () => undefined);
    const line = `${JSON.stringify(two)}\n`;
    await appendFile(path, line.slice(0, 40));
    expect((await readJournalFile(path, end, () => expect.unreachable())).end).toBe(end);
    await appendFile(path, line.slice(40));
    expect(await idsIn(folder, end)).toEqual([two.id]);
  });

  it('says what to do where it cannot be written', async () => {
    const folder = newStateFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(appendRecords(join(folder, 'file'), [record('a:1', [])])).rejects.toMatchObject({
      code: 'file.unwritable',
      hint: expect.stringContaining('DOCKER_VERIFY_RECORDS=off'),
    });
  });
});

describe('pruning', () => {
  const before = new Date('2026-06-01T00:00:00Z');
  const old = { time: '2026-01-01T00:00:00Z' };
  const recent = { time: '2026-07-01T00:00:00Z' };

  it('takes away what is older, torn lines, and what nothing else uses', async () => {
    const folder = newStateFolder();
    await noteImage(folder, 'old:1', spdx(['pkg:deb/debian/a@1']));
    await noteImage(folder, 'base:1', spdx(['pkg:deb/debian/b@1']));
    const kept = record('app:2', [image('base:1')], recent);
    await appendRecords(folder, [record('app:1', [image('old:1'), image('base:1')], old), kept]);
    await appendFile(join(folder, journalName), '{"torn');
    expect(await pruneJournal(folder, before)).toEqual({ kept: 1, removed: 2 });
    expect(await idsIn(folder)).toEqual([kept.id]);
    const notes = await readdir(join(folder, 'images', 'sha256'));
    expect(notes).toEqual([`${digestFor('base:1').slice('sha256:'.length)}.json`]);
  });

  it('leaves what a dead process moved aside to the next one, and reads it meanwhile', async () => {
    const folder = newStateFolder();
    const [one, two] = [record('app:1', [], recent), record('app:2', [], recent)];
    await appendRecords(folder, [one]);
    await rename(join(folder, journalName), join(folder, pruningName));
    await appendRecords(folder, [two]);
    const seen: string[] = [];
    await readJournal(folder, ({ id }) => seen.push(id));
    expect(seen.toSorted()).toEqual([one.id, two.id].toSorted());
    expect(await pruneJournal(folder, before)).toEqual({ kept: 2, removed: 0 });
    await expect(access(join(folder, pruningName))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('loses no build that ends meanwhile', async () => {
    const folder = newStateFolder();
    await appendRecords(folder, [record('app:0', [], old)]);
    const late = Array.from({ length: 20 }, (_, index) => record(`app:${index + 1}`, [], recent));
    const builds = (async () => {
      for (const each of late) {
        // while the journal is moved and taken over
        // oxlint-disable-next-line no-await-in-loop
        await appendRecords(folder, [each]);
        // oxlint-disable-next-line no-await-in-loop
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await Promise.all([builds, pruneJournal(folder, before)]);
    const seen: string[] = [];
    await readJournal(folder, ({ id }) => seen.push(id));
    expect(seen.toSorted()).toEqual(late.map(({ id }) => id).toSorted());
  });

  it('of nothing is no error', async () => {
    expect(await pruneJournal(newStateFolder(), before)).toEqual({ kept: 0, removed: 0 });
  });
});
