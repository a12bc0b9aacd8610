// Breaks the sources of a room one place at a time, in a copy of the tree, and asks the room's unit tests whether they notice.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutation, mutationsOf } from './mutations.ts';

interface Mutant extends Mutation {
  readonly room: string;
  /** Relative to the project. */
  readonly file: string;
  readonly line: number;
}

const usage = 'usage: scripts/mutation [--sample N] [--seed N] [--limit SECONDS] [--until HH:MM] [ROOM…]';
const project = resolve(import.meta.dirname, '..', '..');

async function mutantsOf(room: string): Promise<Mutant[]> {
  const folder = join('src', room);
  const names = await readdir(join(project, folder), { recursive: true });
  const files = names.filter((name) => name.endsWith('.ts')).sort();
  const each = files.map(async (name) => {
    const source = await readFile(join(project, folder, name), 'utf8');
    const line = (offset: number): number => source.slice(0, offset).split('\n').length;
    return mutationsOf(source).map((change) => ({
      ...change,
      room,
      file: join(folder, name),
      line: line(change.start),
    }));
  });
  return (await Promise.all(each)).flat();
}

/** `count` of the mutants, the same ones for the same seed, whatever is added elsewhere. */
function sample(mutants: readonly Mutant[], count: number, seed: string): readonly Mutant[] {
  const rank = ({ file, start, kind }: Mutant): string =>
    createHash('sha256').update([seed, file, start, kind].join(' ')).digest('hex');
  return mutants
    .map((mutant) => ({ mutant, rank: rank(mutant) }))
    .sort((one, other) => (one.rank < other.rank ? -1 : 1))
    .slice(0, count)
    .map(({ mutant }) => mutant);
}

/** A copy of what the unit tests need, with the project's own modules and, where there is one, the shared folder beside it. */
async function copyTree(home: string): Promise<string> {
  const tree = join(home, 'tree');
  await mkdir(tree);
  const parts = ['src', 'cmd', 'test', 'scripts', 'README.md', 'package.json', 'tsconfig.json'];
  await Promise.all(parts.map((part) => cp(join(project, part), join(tree, part), { recursive: true })));
  await symlink(join(project, 'node_modules'), join(tree, 'node_modules'));
  await symlink(join(project, '..', 'shared'), join(home, 'shared'));
  return tree;
}

let running: ChildProcess | undefined;

function end(): void {
  if (running?.pid === undefined) return;
  try {
    process.kill(-running.pid, 'SIGKILL'); // the whole group: vitest's workers would go on
  } catch {
    // it ended by itself
  }
}

/** Whether the room's unit tests pass in the tree; a run over the limit (milliseconds) does not. */
async function passes(tree: string, room: string, limit: number, more: readonly string[] = []): Promise<boolean> {
  const folder = join('test', 'unit', room);
  const vitest = join(project, 'node_modules', '.bin', 'vitest');
  const config = ['--config', 'scripts/lint/vitest.config.ts', '--project', 'unit'];
  return new Promise((settle, reject) => {
    const parameters = ['run', '--bail', '1', '--reporter', 'dot', ...config, ...more, folder];
    running = spawn(vitest, parameters, { cwd: tree, stdio: 'ignore', detached: true });
    const timer = setTimeout(end, limit);
    running.on('error', reject);
    running.on('close', (status) => {
      clearTimeout(timer);
      settle(status === 0);
    });
  });
}

async function survives(tree: string, mutant: Mutant, limit: number): Promise<boolean> {
  const path = join(tree, mutant.file);
  const source = await readFile(path, 'utf8');
  try {
    await writeFile(path, source.slice(0, mutant.start) + mutant.replacement + source.slice(mutant.end));
    // the slow ones are asked only where the quick ones saw nothing
    const quick = await passes(tree, mutant.room, limit, ['--exclude', '**/*.property.test.ts']);
    return quick && (await passes(tree, mutant.room, limit));
  } finally {
    await writeFile(path, source);
  }
}

function clock(): string {
  return new Date().toTimeString().slice(0, 5);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    limit: { type: 'string', default: '60' },
    until: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const rooms = positionals.length > 0 ? positionals : ['signature', 'policy'];
const all = (await Promise.all(rooms.map(mutantsOf))).flat();
const chosen = sample(all, Number(values.sample), values.seed);
console.log(`${chosen.length} of ${all.length} mutants of ${rooms.join(', ')}, seed ${values.seed}`);

const home = await mkdtemp(join(tmpdir(), 'mutants-'));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    end();
    void rm(home, { recursive: true, force: true }).finally(() => process.exit(130));
  });
}
try {
  const tree = await copyTree(home);
  for (const room of rooms) {
    if (!(await passes(tree, room, 180_000))) throw new Error(`the tests of ${room} fail before anything is broken`);
  }
  const survivors: Mutant[] = [];
  let tried = 0;
  for (const mutant of chosen) {
    if (values.until !== undefined && clock() >= values.until) break;
    const survived = await survives(tree, mutant, Number(values.limit) * 1000);
    tried++;
    if (survived) survivors.push(mutant);
    console.log(`${survived ? 'SURVIVED' : 'killed  '} ${mutant.file}:${mutant.line} ${mutant.kind}`);
  }
  const killed = tried - survivors.length;
  console.log(`killed ${killed} of ${tried} (${tried === 0 ? 0 : Math.round((100 * killed) / tried)} %)`);
  process.exitCode = survivors.length === 0 ? 0 : 1;
} finally {
  await rm(home, { recursive: true, force: true });
}
