import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const root = new URL('../../', import.meta.url).pathname;

/** Thousands of generated cases, or another program asked about each: long by intent, and apart from what is run after every change. */
const longByIntent = ['test/unit/**/*.property.test.ts', 'test/unit/**/*.differential.test.ts'];

/** Tests of the project's own scripts, and those that start git, shells or a manual's programs again and again: most of the time of all. */
const startPrograms = ['test/unit/scripts/**/*.test.ts', 'test/unit/**/*.programs.test.ts'];

/** Tests on real engines, registries and programs. */
const endToEnd = {
  root,
  globalSetup: ['test/e2e/support/setup.ts', 'test/temporary-folder.ts'],
  testTimeout: 120_000,
  hookTimeout: 300_000,
  // What fails once and then passes is named at the end (scripts/test/all.ts).
  retry: 1,
};

/** End-to-end tests that say how long something takes, or are a race: beside another file they would say how much that one has to do. */
const timed = [
  'attack',
  'builder/run',
  'builds/interruption',
  'contexts/git',
  'drivers/interruption',
  'no-way-around/race',
  'people/executable',
  'people/hostile-input',
  'policy/survey',
  'policy/verdict-log',
  'registries/bounds',
  'signatures/trust-refresh',
];

/** Those that look at all that an engine holds, or take away from it what others build on. */
const ofTheWholeEngine = [
  'builder/user-policy',
  'builds/offline-build',
  'builds/spellings',
  'inside/built-sboms',
  'lab',
  'no-way-around/cache-imports',
  'no-way-around/laptop',
  'no-way-around/without-buildx',
  'no-way-around/without-policy',
];

/** End-to-end tests that nothing else may run beside. */
export const alone = [...timed, ...ofTheWholeEngine].map((name) => `test/e2e/${name}.test.ts`);

/** Tests that share a process: none of them changes what the modules keep, and loading these anew for each file took half of the time. */
const inProcess = {
  root,
  globalSetup: ['test/temporary-folder.ts'],
  setupFiles: ['test/setup-file.ts'],
  // Node strips the types itself: what is tested is what runs, and nothing is transformed for it.
  experimental: { viteModuleRunner: false },
  isolate: false,
  pool: 'threads' as const,
  // Left to itself it keeps a core for its own work, which is next to nothing here.
  maxWorkers: Math.max(2, availableParallelism() - 1),
};

export default defineConfig({
  root,
  test: {
    projects: [
      {
        test: {
          ...inProcess,
          name: 'unit',
          // a quarter of their time goes by in waiting
          maxWorkers: availableParallelism() + 1,
          // vitest asks for this where two projects that run together have another number of workers
          sequence: { groupOrder: 1 },
          include: ['test/unit/**/*.test.ts'],
          exclude: [...longByIntent, ...startPrograms],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...inProcess,
          name: 'programs',
          include: startPrograms,
          exclude: longByIntent,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...inProcess,
          name: 'property',
          include: longByIntent,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          ...endToEnd,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: alone,
          // most of their time is waiting for one program after another, which leaves half of a machine with two cores to another file
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...endToEnd,
          name: 'e2e-alone',
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
