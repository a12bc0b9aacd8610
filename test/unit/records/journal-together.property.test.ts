// What many processes at once, and one that is killed at any moment, leave of the journal: asked of real processes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { BuildRecord } from '../../../src/model/index.ts';
import { readJournal } from '../../../src/records/index.ts';
import { image, newStateFolder, record } from './support.ts';

const journal = new URL('../../../src/records/index.ts', import.meta.url).href;

/** Appends each record that it is given by itself, all at once or one after another, and says each id once it is written. */
const program = `
import { appendRecords } from ${JSON.stringify(journal)};
let text = '';
for await (const chunk of process.stdin) text += chunk;
const { folder, records, together } = JSON.parse(text);
const add = async (one) => { await appendRecords(folder, [one]); process.stdout.write(one.id + '\\n'); };
if (together) await Promise.all(records.map(add));
else for (const one of records) await add(one);
`;

function start(folder: string, records: readonly BuildRecord[], together: boolean) {
  const options = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, options, { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify({ folder, records, together }));
  return { child, ended: once(child, 'close'), printed: () => said.split('\n').slice(0, -1) };
}

async function idsIn(folder: string): Promise<{ readonly ids: readonly string[]; readonly damaged: number }> {
  const ids: string[] = [];
  const damaged = await readJournal(folder, ({ id }) => ids.push(id));
  return { ids, damaged: damaged.length };
}

/** Records of some length, so that a line is more than what is written in one go by chance. */
function recordsOf(count: number): readonly BuildRecord[] {
  const images = Array.from({ length: 40 }, (_, index) => image(`registry.example.com/base/${index}:1`));
  return Array.from({ length: count }, (_, index) => record(`app:${index}`, images));
}

it('two hundred builds that end at once, in ten processes, lose nothing', async () => {
  const folder = newStateFolder();
  const all = recordsOf(200);
  const running = Array.from({ length: 10 }, (_, index) => start(folder, all.slice(index * 20, index * 20 + 20), true));
  await Promise.all(running.map(({ ended }) => ended));
  const { ids, damaged } = await idsIn(folder);
  expect(damaged).toBe(0);
  expect(ids.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
});

it('a process that is killed at any moment loses nothing that it had said, and the next line stands whole', async () => {
  const folder = newStateFolder();
  const said: string[] = [];
  let killed = 0;
  for (let round = 0; round < 12; round += 1) {
    const { child, ended, printed } = start(folder, recordsOf(400), false);
    // from the first line on, each time a little later
    // oxlint-disable-next-line no-await-in-loop
    await Promise.race([once(child.stdout, 'data'), ended]);
    // oxlint-disable-next-line no-await-in-loop
    await Promise.race([wait(round * 3), ended]);
    if (child.kill('SIGKILL')) killed += 1;
    // oxlint-disable-next-line no-await-in-loop
    await ended;
    said.push(...printed());
  }
  expect(killed).toBeGreaterThan(6);
  const whole = start(folder, recordsOf(1), false);
  await whole.ended;
  const { ids } = await idsIn(folder);
  const kept = new Set(ids);
  expect([...said, ...whole.printed()].filter((id) => !kept.has(id))).toEqual([]);
  expect(ids.at(-1)).toBe(whole.printed()[0]);

  // the control: what does not look at the end of the file loses the line behind a torn one
  const path = join(folder, 'journal.jsonl');
  const [line] = recordsOf(1);
  await appendFile(path, '{"schemaVersion":1,"torn');
  await appendFile(path, `${JSON.stringify(line)}\n`);
  expect((await idsIn(folder)).ids).not.toContain(line?.id);
  expect((await readFile(path, 'utf8')).endsWith('\n')).toBe(true);
});
