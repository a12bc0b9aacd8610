import { createInterface, type Interface } from 'node:readline/promises';
import { type Progress, page, type Shown, startProgress, visible, wrapLine } from '../report/index.ts';

/**
 * The one door through which this program speaks: nothing else touches standard output, standard error or the console (a lint rule
 * sees to it), and nothing passes that was not made visible (`Shown`). What a build itself prints is the builder's own and goes
 * past us; what any other program says reaches people through here.
 */

/** What of a stream a layout depends on. */
export interface Terminal {
  readonly isTTY: boolean;
  /** Columns, where it is a terminal. */
  readonly columns: number;
  /** Rows, likewise, where it says how many. */
  readonly rows?: number;
}

/** Writes to standard error. */
export function writeError(text: Shown): void {
  process.stderr.write(text);
}

/** The columns of standard error, where it is a terminal that says how many. */
export function errorWidth(): number | null {
  const { isTTY, columns } = process.stderr;
  return isTTY && columns > 0 ? columns : null;
}

/** Writes one line for people to standard error, whatever stands in it; a terminal that is narrower gets it broken between words. */
export function say(text: string): void {
  writeError(page([wrapLine(text, errorWidth())]));
}

/**
 * Writes to standard output.
 * @throws what the stream says; not for a reader that went away (`| head`), who has seen what it wanted
 */
export function writeOutput(text: Shown): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error === null || error === undefined || ('code' in error && error.code === 'EPIPE')) resolve();
      else reject(error);
    });
  });
}

/** Standard output, as a layout sees it. */
export function outputTerminal(): Terminal {
  return process.stdout;
}

/** Standard error, as a layout sees it. */
export function errorTerminal(): Terminal {
  return process.stderr;
}

/** What shows on a terminal that work is going on, on standard error. */
export function showProgress(label: string, enabled: boolean, color: boolean): Progress {
  return startProgress(label, { stream: process.stderr, enabled, color });
}

/** Questions on standard error, answered on standard input. */
export function openQuestions(): {
  readonly reader: Interface;
  readonly ask: (question: string, signal: AbortSignal) => Promise<string>;
} {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  return { reader, ask: (question, signal) => reader.question(visible(question), { signal }) };
}

/**
 * Prepares the streams, once. A reader that has gone away does not end the program: who writes a result gets the error. Libraries cannot
 * write to the console; and an error that nothing caught is shown by `describe`, not by Node, which would print it unescaped.
 * @param describe what to say of it, and the exit status
 */
export function openStreams(describe: (error: unknown) => { readonly text: Shown; readonly status: number }): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const mute = (): void => undefined;
  Object.assign(console, { log: mute, info: mute, warn: mute, error: mute, debug: mute, dir: mute, trace: mute });
  process.on('uncaughtException', (error) => {
    const { text, status } = describe(error);
    writeError(text);
    process.exit(status);
  });
}
