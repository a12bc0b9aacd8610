import { type OutputFormat, type OwnOptions, reasonOfUnwritten, VerifyError, writeWholeFile } from '../gate/index.ts';
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
    throw new VerifyError('file.unwritable', `cannot write to standard output: ${reasonOfUnwritten(cause)}`, {
      hint: 'see where it leads, and whether there is room; what was found is not told whole',
      cause,
    });
  }
}

/** The files that the options name for a result, as written on the command line. */
export function resultFiles({ reports, output }: OwnOptions): readonly string[] {
  return [...reports.map(({ file }) => file), ...(output === null ? [] : [output])];
}

/**
 * Writes a result to the files that the options name for it (`--format FORMAT=FILE`, and `--output`), each whole or not at all: what is
 * there stays where no result came out.
 * @throws VerifyError `file.unwritable`
 */
export async function saveResult({ reports, output, format }: OwnOptions, render: Render): Promise<void> {
  const last = output === null ? [] : [{ format, file: output }];
  for (const each of [...reports, ...last]) {
    // one after another: what cannot be written is said of the first
    // oxlint-disable-next-line no-await-in-loop
    await writeText(await render(each.format, inFile), each.file);
  }
}

/**
 * Writes a result to standard output, in its format.
 * @throws VerifyError `file.unwritable`
 */
export async function printResult({ environment }: CommandContext, own: OwnOptions, render: Render): Promise<void> {
  const terminal = outputTerminal();
  const rendered = await render(own.format, layoutFor(terminal, own, environment));
  // what is painted was laid out by what made it, and a machine's format has its own lines
  const isLaidOut = !terminal.isTTY || own.format !== 'text' || rendered.includes('\u001b');
  await writeText(isLaidOut ? rendered : (await import('./terminal/fit-page.ts')).fitPage(rendered, terminal), null);
}
