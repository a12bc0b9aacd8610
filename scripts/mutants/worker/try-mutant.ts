import type { RunnerTask } from 'vitest';
import type { Outcome } from '../job.ts';
import { activate, countFrom, record } from './switch.ts';

export interface Watch {
  /** Whether the test is to run. */
  readonly wants: (test: RunnerTask) => boolean;
  /** A test begins, or (null) what is between tests. */
  readonly begins: (test: RunnerTask | null) => void;
}

/** Loads a test file anew and runs what is wanted of it until the first failure, which is the answer; null: all pass. */
export type RunFile = (path: string, watch: Watch) => Promise<string | null>;

interface Stage {
  /** The mutants it comes by. */
  readonly reached: readonly number[];
  /** How many switches it passes. */
  readonly passed: number;
  readonly milliseconds: number;
}

/** What one test file reaches without a mutant: while it loads and between its tests, and in each test by its id. */
export interface Coverage {
  readonly path: string;
  readonly load: Stage;
  readonly tests: Readonly<Record<string, Stage>>;
}

/** What each test file reaches. Throws where one fails before anything is broken. */
export async function measure(paths: readonly string[], run: RunFile): Promise<readonly Coverage[]> {
  const all: Coverage[] = [];
  for (const path of paths) all.push(await measureFile(path, run));
  return all;
}

async function measureFile(path: string, run: RunFile): Promise<Coverage> {
  const load = new Set<number>();
  const tests: Record<string, Stage> = {};
  let began = performance.now();
  let loading = { passed: 0, milliseconds: 0 };
  let current: { readonly id: string; readonly reached: Set<number> } | null = null;
  const close = (): void => {
    const stage = { passed: countFrom(null), milliseconds: performance.now() - began };
    began = performance.now();
    if (current !== null) tests[current.id] = { reached: [...current.reached], ...stage };
    else loading = { passed: loading.passed + stage.passed, milliseconds: loading.milliseconds + stage.milliseconds };
  };
  const begins = (test: RunnerTask | null): void => {
    close();
    current = test === null ? null : { id: test.id, reached: new Set() };
    record(current?.reached ?? load);
  };
  activate(-1);
  countFrom(null);
  record(load);
  const failed = await run(path, { wants: () => true, begins });
  close();
  record(null);
  if (failed !== null) throw new Error(`${path} fails before anything is broken: ${failed}`);
  return { path, load: { reached: [...load], ...loading }, tests };
}

interface Tried {
  readonly id: number;
  readonly isStatic: boolean;
}

/**
 * The test files that come by a mutant, with the tests of it that do; the cheapest first. What counts when its source is
 * loaded counts for all tests of a file, also where one of them loads it.
 */
function reaching({ id, isStatic }: Tried, coverage: readonly Coverage[]) {
  return coverage
    .map(({ path, load, tests }) => {
      const all = Object.entries(tests);
      const reached = all.filter(([, stage]) => stage.reached.includes(id));
      const always = load.reached.includes(id) || (isStatic && reached.length > 0);
      const own = always ? all : reached;
      const cost = own.reduce((sum, [, { milliseconds }]) => sum + milliseconds, load.milliseconds);
      return { path, load, cost, always, tests: new Map(own) };
    })
    .filter(({ tests }) => tests.size > 0)
    .sort((one, other) => one.cost - other.cost);
}

/** Breaks what the mutant breaks, and runs the tests that reach it until one fails. */
export async function tryMutant(mutant: Tried, coverage: readonly Coverage[], run: RunFile): Promise<Outcome> {
  const { id } = mutant;
  const files = reaching(mutant, coverage);
  if (files.length === 0) return { id, state: 'uncovered' };
  for (const { path, load, always, tests } of files) {
    activate(id);
    countFrom(load.passed);
    const failed = await run(path, {
      wants: (test) => always || tests.has(test.id),
      begins: (test) => countFrom(test === null ? load.passed : (tests.get(test.id)?.passed ?? null)),
    });
    activate(-1);
    countFrom(null);
    if (failed !== null) return { id, state: /endless|timed out/.test(failed) ? 'timeout' : 'killed', by: failed };
  }
  return { id, state: 'survived' };
}
