import { type OwnOptions, type Session, type StandardInput, standardInput } from '../gate/index.ts';
import type { Progress } from '../report/index.ts';
import { openSession } from './command-context.ts';
import type { Command, CommandContext } from './command-row.ts';
import { type ReadArguments, readArguments } from './read-arguments.ts';
import { errorTerminal, say } from './streams.ts';
import { printResult, type Render, resultFiles, saveResult } from './write-result.ts';

/** What a command has in hand while it runs: its arguments, read, and a session of the gate. */
export interface CommandRun extends ReadArguments {
  readonly context: CommandContext;
  readonly session: Session;
  readonly progress: Progress;
  readonly input: StandardInput;
  /**
   * Writes the result in every format that was asked for, nothing being drawn over it.
   * @throws VerifyError `file.unwritable`
   */
  readonly show: (render: Render, options?: { readonly isSilent: boolean }) => Promise<void>;
  /**
   * Writes the result to the files that were named for it alone: standard output is the builder's.
   * @throws VerifyError `file.unwritable`
   */
  readonly save: (render: Render) => Promise<void>;
}

/** What a command's session depends on. */
export interface SessionOptions {
  /** What a waiting person reads first; null for nothing at all. */
  readonly label: string | null;
  /** The options that hold, where others than those given do. */
  readonly settleOwn?: (read: ReadArguments) => OwnOptions;
}

/** Says which files there are now, as written on the command line, where a person looks on: a file at the wrong place is else found late. */
function tellWritten(own: OwnOptions): void {
  const files = resultFiles(own);
  if (files.length > 0 && !own.quiet && errorTerminal().isTTY) say(`Wrote ${files.join(' and ')}`);
}

/**
 * Runs the work of a command; whatever becomes of it, nothing stays on the terminal and nothing of standard input on the disk, and what may
 * go on without us is begun.
 */
export async function runCommand(
  context: CommandContext,
  args: readonly string[],
  { label, settleOwn }: SessionOptions,
  work: (run: CommandRun) => Promise<number>,
): Promise<number> {
  const read = await readArguments(context, args);
  const own = settleOwn?.(read) ?? read.own;
  const { session, progress, finish } = openSession(context, own, label);
  const input = standardInput(() => process.stdin, context.environment);
  const write = async (render: Render, { isSilent }: { readonly isSilent: boolean }): Promise<void> => {
    await saveResult(own, render);
    if (!isSilent && own.output === null) await printResult(context, own, render);
    tellWritten(own);
  };
  const save: CommandRun['save'] = (render) => write(render, { isSilent: true });
  const show: CommandRun['show'] = async (render, { isSilent } = { isSilent: false }) => {
    progress.stop();
    await write(render, { isSilent });
  };
  try {
    return await work({ ...read, own, context, session, progress, input, show, save });
  } finally {
    progress.stop();
    await input.dispose();
    await finish();
  }
}

/** A command that reads its arguments, works in one session and shows one result. `label` as in `SessionOptions`. */
export function commandOf(label: string | null, work: (run: CommandRun) => Promise<number>): Command {
  return (context, args) => runCommand(context, args, { label }, work);
}
