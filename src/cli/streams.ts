import { createInterface, type Interface } from 'node:readline/promises';
import { type Progress, page, type Shown, startProgress, visible, wrapLine } from '../report/index.ts';
import { mayBeTerminal, writeNow } from './terminal/descriptor.ts';

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

/** One of the two streams that we speak through. */
interface Door {
  readonly descriptor: number;
  /** Makes Node's stream of it, where that is not yet done; its errors are heard, whoever writes to it. */
  readonly stream: () => NodeJS.WriteStream;
  /** Whether it is written to without that stream. */
  isDirect: boolean;
}

/** A reader or a terminal that has gone away does not end the program: who writes a result gets the error. */
function hearErrors(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  const isHeard = stream.listeners('error').includes(forget);
  return isHeard ? stream : stream.on('error', forget);
}

function forget(): void {
  // whoever wrote was told
}

const output: Door = { descriptor: 1, stream: () => hearErrors(process.stdout), isDirect: false };
const error: Door = { descriptor: 2, stream: () => hearErrors(process.stderr), isDirect: false };

/** Writes through a door, and through its stream for good once something was left for that: what is said stays in order. */
function write(door: Door, text: Shown, done: (problem?: Error | null) => void): void {
  let rest: string | Uint8Array = text;
  try {
    if (door.isDirect) rest = writeNow(door.descriptor, text);
  } catch (problem) {
    done(problem as Error); // the system's
    return;
  }
  if (rest.length === 0) {
    done();
    return;
  }
  door.isDirect = false;
  door.stream().write(rest, done);
}

/** A door as a layout sees it: what can be no terminal needs no stream to say so. */
function terminalOf(door: Door): Terminal {
  return door.isDirect && !mayBeTerminal(door.descriptor) ? { isTTY: false, columns: 0 } : door.stream();
}

/** Writes to standard error. */
export function writeError(text: Shown): void {
  write(error, text, forget);
}

/** The columns of standard error, where it is a terminal that says how many. */
export function errorWidth(): number | null {
  const { isTTY, columns } = errorTerminal();
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
    write(output, text, (problem) => {
      if (problem === null || problem === undefined || ('code' in problem && problem.code === 'EPIPE')) resolve();
      else reject(problem);
    });
  });
}

/** Standard output, as a layout sees it. */
export function outputTerminal(): Terminal {
  return terminalOf(output);
}

/** Standard error, as a layout sees it. */
export function errorTerminal(): Terminal {
  return terminalOf(error);
}

/** What shows on a terminal that work is going on, on standard error. */
export function showProgress(label: string, enabled: boolean, color: boolean): Progress {
  const stream = enabled && errorTerminal().isTTY ? error.stream() : null;
  return startProgress(label, { stream, enabled, color });
}

/** Questions on standard error, answered on standard input. */
export function openQuestions(): {
  readonly reader: Interface;
  readonly ask: (question: string, signal: AbortSignal) => Promise<string>;
} {
  const reader = createInterface({ input: process.stdin, output: error.stream() });
  return { reader, ask: (question, signal) => reader.question(visible(question), { signal }) };
}

/**
 * Prepares the streams, once. A reader that has gone away does not end the program: who writes a result gets the error. Libraries cannot
 * write to the console; and an error that nothing caught is shown by `describe`, not by Node, which would print it unescaped.
 * @param describe what to say of it, and the exit status
 * @param isDirect whether short texts go to the descriptors, and Node makes streams of them only where it must
 */
export function openStreams(
  describe: (error: unknown) => { readonly text: Shown; readonly status: number },
  isDirect: boolean,
): void {
  for (const door of [output, error]) {
    door.isDirect = isDirect;
    if (!isDirect) door.stream();
  }
  const mute = (): void => undefined;
  Object.assign(console, { log: mute, info: mute, warn: mute, error: mute, debug: mute, dir: mute, trace: mute });
  process.on('uncaughtException', (error) => {
    const { text, status } = describe(error);
    writeError(text);
    process.exit(status);
  });
}
