import { type OutputFormat, type OwnOptions, removeStaleFile, VerifyError, writeWholeFile } from '../gate/index.ts';
import type { Layout, Shown } from '../report/index.ts';
import { layoutFor } from './command-context.ts';
import type { CommandContext } from './command-row.ts';
import { outputTerminal, writeOutput } from './streams.ts';

/** Text in a file: as wide as it is, and without colour. */
const inFile: Layout = { color: false, width: null };

/** What makes a result in one format. */
export type Render = (format: OutputFormat, layout: Layout) => Shown | Promise<Shown>;

/**
 * Writes a text to `file`, whole or not at all, or to standard output where none is named.
 * @throws VerifyError `file.unwritable`
 */
export async function writeText(text: Shown, file: string | null): Promise<void> {
  if (file !== null) return await writeWholeFile(file, text);
  try {
    await writeOutput(text);
  } catch (cause) {
    throw new VerifyError('file.unwritable', `cannot write to standard output: ${(cause as Error).message}`, {
      hint: 'see where it leads, and whether there is room',
      cause,
    });
  }
}

/** Where a result goes: to each file once, and to standard output. */
export interface ResultFiles {
  /**
   * Writes it to every file that was named for it, each whole or not at all.
   * @throws VerifyError `file.unwritable`
   */
  readonly save: (render: Render) => Promise<void>;
  /**
   * Takes away what an earlier run left in those that were not written, so that it is not read as the result of this one.
   * @param read what the command line names besides: a file that is read as well stays
   */
  readonly discard: (read: readonly string[]) => Promise<void>;
}

/** The files that the options name for a result: `--format FORMAT=FILE`, and `--output`. */
export function resultFiles(own: OwnOptions): ResultFiles {
  const last = own.output === null ? [] : [{ format: own.format, file: own.output }];
  const waiting = new Set([...own.reports, ...last]);
  return {
    save: async (render) => {
      for (const each of waiting) {
        // one after another: what cannot be written is said of the first
        // oxlint-disable-next-line no-await-in-loop
        await writeText(await render(each.format, inFile), each.file);
        waiting.delete(each);
      }
    },
    discard: async (read) => {
      for (const { file } of waiting) {
        // oxlint-disable-next-line no-await-in-loop
        await removeStaleFile(file, read);
      }
    },
  };
}

/**
 * Writes a result to standard output, in its format.
 * @throws VerifyError `file.unwritable`
 */
export async function printResult({ environment }: CommandContext, own: OwnOptions, render: Render): Promise<void> {
  await writeText(await render(own.format, layoutFor(outputTerminal(), own, environment)), null);
}
