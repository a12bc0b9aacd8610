import type { Mode } from './decision.ts';

/** The formats of a report. */
export const reportFormats = ['text', 'json', 'sarif', 'markdown', 'html', 'junit', 'codequality'] as const;

/** All formats that can be asked for; each command has some of them. */
export const outputFormats = [...reportFormats, 'csv', 'mermaid', 'dot', 'svg', 'cyclonedx', 'github'] as const;

export type ReportFormat = (typeof reportFormats)[number];
export type OutputFormat = (typeof outputFormats)[number];

/** A result that goes to a file of its own: `--format FORMAT=FILE`. */
export interface ReportFile {
  readonly format: OutputFormat;
  readonly file: string;
}

/** Our own options (`--verify-…` on commands that take Docker's, bare elsewhere). */
export interface OwnOptions {
  readonly policies: readonly string[];
  readonly trustedRoots: readonly string[];
  readonly mode: Mode | null;
  /** Of what goes to standard output, or to `output`. */
  readonly format: OutputFormat;
  /** Whether the command line says that format: a default gives way where a command has it not. */
  readonly formatGiven: boolean;
  /** What goes to files besides. */
  readonly reports: readonly ReportFile[];
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
  formatGiven: false,
  reports: [],
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
