import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startVitest } from 'vitest/node';
import { instrument } from './instrument.ts';
import type { Job, Line, Outcome } from './job.ts';
import type { Mutant, Source } from './list-mutants.ts';

interface Round {
  readonly project: string;
  readonly sources: readonly Source[];
  readonly tests: readonly string[];
  readonly mutants: readonly Mutant[];
  /** Milliseconds in which something must become known, or the mutant that is being tried counts as endless. */
  readonly limit: number;
}

/** Tries the mutants one after another in one process, in a new one after each that never ends, and says what became of each. */
export async function tryMutants(round: Round, say: (outcome: Outcome) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mutants-'));
  try {
    let left = round.mutants.map(({ id }) => id);
    while (left.length > 0) {
      await runWorker(round, folder, left);
      const { settled, trying } = await readOutcomes(folder);
      if (trying !== null) settled.push({ id: trying, state: 'timeout' });
      if (settled.length === 0) throw new Error('vitest could not be started');
      settled.forEach(say);
      const known = new Set(settled.map(({ id }) => id));
      left = left.filter((id) => !known.has(id));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readLines(folder: string): Promise<readonly Line[]> {
  const text = await readFile(join(folder, 'outcomes.jsonl'), 'utf8').catch(() => '');
  const whole = text.split('\n').slice(0, -1);
  return whole.map((line): Line => JSON.parse(line));
}

async function readOutcomes(folder: string): Promise<{ settled: Outcome[]; trying: number | null }> {
  const lines = await readLines(folder);
  const failure = lines.find((line) => 'failed' in line);
  if (failure !== undefined) throw new Error(failure.failed);
  const outcomes = lines.filter((line) => 'id' in line);
  const last = outcomes.at(-1);
  return {
    settled: outcomes.filter(({ state }) => state !== 'trying'),
    trying: last?.state === 'trying' ? last.id : null,
  };
}

async function runWorker(round: Round, folder: string, mutants: readonly number[]): Promise<void> {
  const statics = round.mutants.filter(({ isStatic }) => isStatic).map(({ id }) => id);
  const job: Job = { tests: round.tests, mutants, statics };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'job.json'), JSON.stringify(job));
  await writeFile(join(folder, 'outcomes.jsonl'), '');
  const watch = setInterval(() => void endIfStuck(folder, round.limit), 2_000);
  const worker = join(import.meta.dirname, 'worker');
  const texts = new Map(round.sources.map((source) => [join(round.project, source.file), source]));
  try {
    const vitest = await startVitest(
      'test',
      [],
      {
        config: false,
        root: round.project,
        include: [join(worker, 'start.ts')],
        runner: join(worker, 'nested-runner.ts'),
        pool: 'forks',
        maxWorkers: 1,
        isolate: false,
        fsModuleCache: false, // the same source is another one as soon as its mutants have other numbers
        watch: false,
        testTimeout: 20_000, // as the unit tests have
        reporters: [{}],
        env: { MUTANTS_JOB: folder },
      },
      {
        plugins: [
          {
            name: 'mutants',
            enforce: 'pre',
            transform(code, id) {
              const source = texts.get(id);
              return source?.text === code ? { code: instrument(code, source.mutants), map: null } : null;
            },
          },
        ],
      },
    );
    await vitest.close();
  } finally {
    clearInterval(watch);
    process.exitCode = 0;
  }
}

async function endIfStuck(folder: string, limit: number): Promise<void> {
  const path = join(folder, 'outcomes.jsonl');
  const lines = await readLines(folder);
  const { trying } = await readOutcomes(folder);
  const silent = Date.now() - (await stat(path)).mtimeMs;
  const started = lines.find((line) => 'process' in line);
  if (trying === null || silent < limit || started === undefined) return;
  try {
    process.kill(started.process, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}
