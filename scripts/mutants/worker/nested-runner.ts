import { type RunnerTask, type RunnerTestFile, TestRunner, vi } from 'vitest';
import { startTests } from 'vitest/internal/browser';
import { doJob } from './do-job.ts';
import type { Watch } from './try-mutant.ts';

/** Runs test files inside a test, in the modules of this worker, without a reporter. */
class NestedRunner extends TestRunner {
  failed: string | null = null;
  watch: Watch | null = null;

  override async onBeforeRunTask(test: RunnerTask): Promise<void> {
    if (this.failed !== null || this.watch?.wants(test) === false) test.mode = 'skip';
    else this.watch?.begins(test);
    await super.onBeforeRunTask(test);
  }

  override onAfterRunTask(test: RunnerTask): void {
    if (test.result?.state === 'fail') this.failed ??= `${test.name}: ${test.result.errors?.[0]?.message ?? ''}`;
    this.watch?.begins(null);
    super.onAfterRunTask(test);
  }
}

/** The one that vitest starts itself: it does the job, and lends its parts to the nested ones. */
// biome-ignore lint/style/noDefaultExport: vitest asks a runner's file for it
export default class OuterRunner extends TestRunner {
  async onBeforeRunFiles(): Promise<void> {
    this.config.snapshotOptions.updateSnapshot = 'none'; // a mutant writes no golden file
    await doJob((path, watch) => runNested(this, path, watch));
  }

  /** The nested runs end by clearing all snapshots, its own too. */
  override async onAfterRunSuite(): Promise<void> {}
}

/** Loads a test file anew, with all the sources it imports, and runs it until the first failure, which is the answer; null: all pass. */
async function runNested(outer: TestRunner, path: string, watch: Watch): Promise<string | null> {
  vi.resetModules();
  const runner = new NestedRunner(outer.config);
  Object.defineProperty(runner, 'moduleRunner', { value: Reflect.get(outer, 'moduleRunner') });
  Object.assign(runner, { _otel: Reflect.get(outer, '_otel'), watch });
  const [file] = await startTests([path], runner);
  return runner.failed ?? failureOf(file);
}

function failureOf(file: RunnerTestFile | undefined): string | null {
  if (file === undefined) return 'no file';
  if (file.result?.state !== 'fail') return null;
  return `loading ${file.name}: ${file.result.errors?.[0]?.message ?? 'failed'}`;
}
