/** What the worker is to do: `job.json` in its folder. It writes `coverage.json` once, and a line of `outcomes.jsonl` for each step. */
export interface Job {
  /** Absolute paths of the test files. */
  readonly tests: readonly string[];
  /** Numbers of the mutants to try. */
  readonly mutants: readonly number[];
  /** Those of them that count when their source is loaded. */
  readonly statics: readonly number[];
}

/** What became of a mutant. `by`: the test that noticed it. */
export interface Outcome {
  readonly id: number;
  readonly state: 'trying' | 'killed' | 'timeout' | 'survived' | 'uncovered';
  readonly by?: string;
}

/** A line of `outcomes.jsonl`. */
export type Line = Outcome | { readonly process: number } | { readonly failed: string };
