import type { Mode } from './decision.ts';

/** The formats of a report. */
export type ReportFormat = 'text' | 'json' | 'sarif' | 'markdown' | 'html';

/** All formats that can be asked for; each command has some of them. */
export type OutputFormat = ReportFormat | 'csv';

/** Our own options (`--verify-…` on commands that take Docker's, bare elsewhere). */
export interface OwnOptions {
  readonly policies: readonly string[];
  readonly trustedRoots: readonly string[];
  readonly mode: Mode | null;
  readonly format: OutputFormat;
  readonly output: string | null;
  readonly offline: boolean;
  readonly refresh: boolean;
  readonly fresh: boolean;
  /** The reason to go on with in an emergency; null where it was not said. */
  readonly breakGlass: string | null;
  /** How many requests at once. */
  readonly jobs: number;
  /** For all verifying together, milliseconds. */
  readonly timeout: number;
  readonly quiet: boolean;
  readonly color: boolean;
}

export const defaultOwnOptions: OwnOptions = {
  policies: [],
  trustedRoots: [],
  mode: null,
  format: 'text',
  output: null,
  offline: false,
  refresh: false,
  fresh: false,
  breakGlass: null,
  jobs: 64,
  timeout: 60_000,
  quiet: false,
  color: true,
};
