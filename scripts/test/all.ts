/**
 * `node all.ts [lint]`: every check, one after another, going on after a red one so that all that is wrong is seen at once.
 * Ends with the names of the tests that failed, since what came before may be cut off in a log, and one line of numbers:
 * tests, and one for each check that is no test and failed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../build/folders.ts';

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Where vitest leaves its numbers; null for a check that is no test. */
  readonly report: string | null;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** A line for each failed test: its file, its name and the first line of what it said. */
  readonly failures: readonly string[];
  readonly secondTries: readonly string[];
}

/** What is read of the report that vitest writes in jest's format. */
interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

const maximumFailuresShown = 40;

const reports = join(root, 'reports');

function npm(name: string): Check {
  return { name, command: ['npm', 'run', '--silent', name], report: null };
}

/** @param pattern of its projects, where it has more than the one of its name */
function vitest(project: string, pattern = project): Check {
  const report = join(reports, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const flags = ['run', '--config', 'scripts/lint/vitest.config.ts', '--project', pattern, ...reporters];
  return { name: `${project} tests`, command: ['vitest', ...flags], report };
}

const lint = ['typecheck', 'lint:format', 'lint:code', 'lint:rooms', 'lint:unused', 'lint:lock'].map(npm);
const build: Check = { name: 'build', command: ['make', '--no-print-directory', 'build'], report: null };
const speed: Check = { name: 'speed', command: ['scripts/bench', '--check'], report: null };
const tests = [vitest('unit'), vitest('programs'), vitest('property'), build, vitest('e2e', 'e2e*'), speed];
const checks = process.argv[2] === 'lint' ? lint : [...lint, ...tests];

function firstLine(text: string | undefined): string {
  return (text ?? '').split('\n', 1)[0] ?? '';
}

/** A file that could not be loaded has no failed test of its own, only a message. */
function failuresOf({ testResults }: TestReport): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [`${relative(root, name)}: ${firstLine(message)}`] : [];
    return failed.map((test) => `${relative(root, name)}: ${test.fullName}: ${firstLine(test.failureMessages?.[0])}`);
  });
}

/** Tests that passed only when they were tried again: they do not fail the run, but should not be overlooked. */
function secondTries({ testResults }: TestReport): string[] {
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, failureMessages }) => status === 'passed' && (failureMessages ?? []).length > 0)
      .map((test) => `${relative(root, name)}: ${test.fullName}: ${firstLine(test.failureMessages?.[0])}`),
  );
}

/** What vitest counted; a run that left no numbers counts as one failure. */
function countTests(report: string, status: number): Counts {
  try {
    // Written by vitest itself.
    const numbers = JSON.parse(readFileSync(report, 'utf8')) as TestReport;
    const failed = numbers.numFailedTests === 0 && status !== 0 ? 1 : numbers.numFailedTests;
    const tries = { failures: failuresOf(numbers), secondTries: secondTries(numbers) };
    return { passed: numbers.numPassedTests, failed, ...tries };
  } catch {
    return { passed: 0, failed: 1, failures: [], secondTries: [] };
  }
}

function runCheck({ name, command, report }: Check): Counts {
  console.log(`\n== ${name}`);
  const started = performance.now();
  if (report !== null) rmSync(report, { force: true });
  const [program, ...words] = command;
  const status = spawnSync(program, words, { cwd: root, stdio: 'inherit' }).status ?? 1;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`== ${name}: ${status === 0 ? 'passed' : 'FAILED'} (${seconds} s)`);
  if (report !== null) return countTests(report, status);
  return { passed: 0, failed: status === 0 ? 0 : 1, failures: [], secondTries: [] };
}

mkdirSync(reports, { recursive: true });
// what it cannot give is no failure: the tests that want it are skipped
if (checks !== lint) spawnSync(join(root, 'scripts/test/programs.sh'), { cwd: root, stdio: 'inherit' });
const results = checks.map((check) => ({ name: check.name, ...runCheck(check) }));
const red = results.filter(({ failed }) => failed > 0).map(({ name }) => name);
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
const failures = results.flatMap((result) => result.failures);
for (const test of results.flatMap((result) => result.secondTries))
  console.log(`passed only when tried again: ${test}`);
for (const failure of failures.slice(0, maximumFailuresShown)) console.log(`failed: ${failure}`);
if (red.length > 0) console.log(`\nred: ${red.join(', ')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = red.length > 0 ? 1 : 0;
