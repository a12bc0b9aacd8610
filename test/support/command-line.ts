import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { onTestFinished, vi } from 'vitest';
import type { CallContext } from '../../src/cli/command-row.ts';
import { describeError } from '../../src/cli/describe-error.ts';
import { dispatch } from '../../src/cli/dispatch.ts';
import { parsePluginArguments } from '../../src/plugin/index.ts';

/** How a command ended, and what it wrote. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** A project's folder, with a home and Docker's configuration of its own, and this program's commands run in it. */
export interface CommandLine {
  readonly folder: string;
  /** Of the environment that commands see; may be added to. */
  readonly variables: Record<string, string>;
  /** Whether this program stands in buildx's place. */
  intercepted: boolean;
  /** Whose account it is; null on Windows. */
  userId: number | null;
  /** What the next commands find on standard input. */
  pipes(text: string | Buffer): void;
  /** A person at a terminal, who gives one of these answers to each question. */
  answers(...lines: readonly string[]): void;
  /** A person at a terminal, who ends the input at the first question. */
  hangsUp(): void;
  /** Runs a command as Docker would, in this process. */
  run(...words: readonly string[]): Promise<Outcome>;
  /** Runs a command, and gives its result as JSON. */
  json(...words: readonly string[]): Promise<{ readonly status: number; readonly document: unknown }>;
  write(files: Readonly<Record<string, string | Buffer>>): Promise<void>;
  /** The path of a file of the project, as it is to be given where results go. */
  path(name: string): string;
  read(name: string): Promise<string>;
}

type Written = string[];

/** What stands on standard input, and what becomes of a question on standard error. */
interface Input {
  readonly stream: Readable;
  readonly onText: (text: string) => void;
}

function talk(lines: readonly string[]): Input {
  const stream = Object.assign(new PassThrough(), { isTTY: true });
  const waiting = [...lines];
  return {
    stream,
    onText: (text) => {
      if (/(?:\] |none\): )$/.test(text)) setImmediate(() => stream.write(`${waiting.shift() ?? 'n'}\n`));
    },
  };
}

/** Keeps what is written to a stream from the terminal, and calls back as a stream does. */
function capture(stream: NodeJS.WriteStream, into: Written, onText: (text: string) => void): () => void {
  const spy = vi.spyOn(stream, 'write').mockImplementation((text, encodingOrDone, done) => {
    into.push(String(text));
    onText(String(text));
    const answer = typeof encodingOrDone === 'function' ? encodingOrDone : done;
    answer?.(null);
    return true;
  });
  return () => spy.mockRestore();
}

function contextOf(line: CommandLine, dockerFlags: readonly string[]): CallContext {
  const never = new AbortController().signal;
  const { folder, variables, userId } = line;
  return {
    environment: {
      variables,
      workingDirectory: join(folder, 'project'),
      homeDirectory: folder,
      platform: 'linux',
      architecture: 'x64',
      userId,
      dockerFlags,
      dockerConfigDirectory: join(folder, 'docker'),
    },
    debug: false,
    intercepted: line.intercepted,
    watch: {
      cancelled: never,
      interruptions: { listen: () => () => undefined, sharedTerminal: false, cancelled: never },
      stop: () => undefined,
    },
  };
}

async function runWords(line: CommandLine, input: Input | null, words: readonly string[]): Promise<Outcome> {
  const [out, err]: [Written, Written] = [[], []];
  const onText = input?.onText ?? (() => undefined);
  const restore = [capture(process.stdout, out, onText), capture(process.stderr, err, onText)];
  if (input !== null) {
    const spy = vi.spyOn(process, 'stdin', 'get').mockReturnValue(input.stream as typeof process.stdin); // what of it is used
    restore.push(() => spy.mockRestore());
  }
  const end = (status: number): Outcome => ({ status, out: out.join(''), err: err.join('') });
  try {
    const call = line.intercepted
      ? parsePluginArguments(['buildx', ...words], 'docker-buildx')
      : parsePluginArguments(['verify', ...words], 'docker-verify');
    return end(await dispatch(contextOf(line, call.dockerFlags), call));
  } catch (error) {
    const { text, status } = describeError(error);
    err.push(text);
    return end(status);
  } finally {
    for (const each of restore) each();
  }
}

/** Makes a project's folder that goes with the test. Nothing of this machine's Docker is seen from it. */
export async function commandLine(files: Readonly<Record<string, string | Buffer>> = {}): Promise<CommandLine> {
  const folder = await mkdtemp(join(tmpdir(), 'command-'));
  // what a command leaves to go on without it (a record, an entry of the log) may still be written
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  await mkdir(join(folder, 'project'), { recursive: true });
  let input: Input | null = null;
  const line: CommandLine = {
    folder,
    intercepted: false,
    userId: process.getuid?.() ?? null,
    pipes: (text) => {
      input = { stream: Readable.from([Buffer.from(text)]), onText: () => undefined };
    },
    answers: (...lines) => {
      input = talk(lines);
    },
    hangsUp: () => {
      const stream = Object.assign(new PassThrough(), { isTTY: true });
      input = { stream, onText: (text) => (text.endsWith('] ') ? void stream.end() : undefined) };
    },
    variables: { XDG_CACHE_HOME: join(folder, 'cache'), XDG_STATE_HOME: join(folder, 'state'), TMPDIR: tmpdir() },
    run: (...words) => runWords(line, input, words),
    json: async (...words) => {
      const { status, out, err } = await runWords(line, input, [...words, '--format', 'json']);
      if (out === '') throw new Error(`no document: ${err}`);
      return { status, document: JSON.parse(out) as unknown };
    },
    write: async (more) => {
      for (const [name, text] of Object.entries(more)) {
        await mkdir(dirname(join(folder, 'project', name)), { recursive: true });
        await writeFile(join(folder, 'project', name), text);
      }
    },
    path: (name) => join(folder, 'project', name),
    read: (name) => readFile(join(folder, 'project', name), 'utf8'),
  };
  await line.write(files);
  return line;
}
