// Breaks the sources of a room in one place at a time, and asks the room's unit tests whether they notice.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Outcome } from './job.ts';
import { type Mutant, mutate, type Source, sample, sourcesOf } from './list-mutants.ts';
import { tryMutants } from './try-mutants.ts';
import { typeCheckOf } from './type-check.ts';

type State = Exclude<Outcome['state'], 'trying'> | 'uncompilable' | 'equivalent';

interface Result extends Pick<Mutant, 'room' | 'file' | 'line' | 'mutator' | 'change' | 'code'> {
  readonly state: State;
  readonly by?: string;
}

interface Equivalent extends Pick<Mutant, 'file' | 'code' | 'change'> {
  readonly reason: string;
}

const usage = `usage: scripts/mutation [--sample N] [--seed TEXT] [--file PART]… [--again REPORT] [--output REPORT] [ROOM…]
--sample: so many, chosen by the seed; left out: all. --again: those that survived in an earlier report.`;
const project = resolve(import.meta.dirname, '..', '..');
const silence = 60_000;

async function testsOf(room: string): Promise<readonly string[]> {
  const folder = join(project, 'test', 'unit', room);
  const names = await readdir(folder, { recursive: true });
  // Property tests take seconds each: what only they notice counts as not noticed.
  return names
    .filter((name) => name.endsWith('.test.ts') && !name.endsWith('.property.test.ts'))
    .map((name) => join(folder, name))
    .sort();
}

const keyOf = ({ file, code, change }: Pick<Mutant, 'file' | 'code' | 'change'>): string =>
  [file, code, change].join('\n');

async function readEquivalents(): Promise<ReadonlySet<string>> {
  const list: readonly Equivalent[] = JSON.parse(await readFile(join(import.meta.dirname, 'equivalent.json'), 'utf8'));
  return new Set(list.map(keyOf));
}

async function readSurvivors(report: string): Promise<ReadonlySet<string>> {
  const results: readonly Result[] = JSON.parse(await readFile(report, 'utf8'));
  return new Set(results.filter(({ state }) => state === 'survived' || state === 'uncovered').map(keyOf));
}

/** Those that no test needs to be asked about, with the reason. */
async function settle(sources: readonly Source[], chosen: readonly Mutant[]): Promise<ReadonlyMap<number, State>> {
  const equivalents = await readEquivalents();
  const compiles = typeCheckOf(project);
  const texts = new Map(sources.map(({ file, text }) => [file, text]));
  const states = new Map<number, State>();
  for (const mutant of chosen) {
    if (equivalents.has(keyOf(mutant))) states.set(mutant.id, 'equivalent');
    else if (!compiles(mutant.file, mutate(texts.get(mutant.file) ?? '', mutant)))
      states.set(mutant.id, 'uncompilable');
  }
  return states;
}

function table(results: readonly Result[], rooms: readonly string[]): string {
  const rows = [...rooms, 'all'].map((room) => {
    const own = results.filter((result) => room === 'all' || result.room === room);
    const count = (state: State): number => own.filter((result) => result.state === state).length;
    const valid = own.length - count('uncompilable') - count('equivalent');
    const noticed = count('killed') + count('timeout');
    const share = valid === 0 ? '' : `${((100 * noticed) / valid).toFixed(1)} %`;
    const parts = (['killed', 'timeout', 'survived', 'uncovered', 'uncompilable', 'equivalent'] as const).map(
      (state) => `${count(state)} ${state}`,
    );
    return `${room}: ${noticed} of ${valid} noticed, ${share} (${parts.join(', ')})`;
  });
  return rows.join('\n');
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    file: { type: 'string', multiple: true, default: [] },
    again: { type: 'string' },
    output: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const rooms = positionals.length > 0 ? positionals : ['signature', 'policy'];
const sources = await sourcesOf(project, rooms);
const again = values.again === undefined ? null : await readSurvivors(values.again);
const all = sources.flatMap(({ mutants }) => mutants);
const eligible = all.filter(
  (mutant) =>
    (again === null || again.has(keyOf(mutant))) &&
    (values.file.length === 0 || values.file.some((part) => mutant.file.includes(part))),
);
const chosen = sample(eligible, Number(values.sample ?? eligible.length), values.seed);
console.log(`${chosen.length} of ${all.length} mutants of ${rooms.join(', ')}, seed ${values.seed}`);

const results = new Map<number, Result>();
const settleAs = ({ id, room, file, line, mutator, change, code }: Mutant, state: State, by?: string): void => {
  results.set(id, { room, file, line, mutator, change, code, state, ...(by === undefined ? {} : { by }) });
  if (state === 'survived' || state === 'uncovered') console.log(`${state} ${file}:${line} ${mutator} ${change}`);
};
const settled = await settle(sources, chosen);
for (const mutant of chosen) {
  const state = settled.get(mutant.id);
  if (state !== undefined) settleAs(mutant, state);
}
for (const room of rooms) {
  const mutants = chosen.filter((mutant) => mutant.room === room && !settled.has(mutant.id));
  const byId = new Map(mutants.map((mutant) => [mutant.id, mutant]));
  if (mutants.length === 0) continue;
  const own = sources.filter(({ file }) => file.startsWith(join('src', room)));
  await tryMutants(
    { project, sources: own, tests: await testsOf(room), mutants, limit: silence },
    ({ id, state, by }) => {
      const mutant = byId.get(id);
      if (mutant !== undefined && state !== 'trying') settleAs(mutant, state, by);
    },
  );
}
const list = chosen.flatMap(({ id }) => results.get(id) ?? []);
if (values.output !== undefined) await writeFile(values.output, `${JSON.stringify(list, null, 1)}\n`);
console.log(table(list, rooms));
