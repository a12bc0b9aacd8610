import { type OutputFormat, type OwnOptions, VerifyError, writeWholeFile } from '../gate/index.ts';
import type { Layout, Shown } from '../report/index.ts';
import { layoutFor } from './command-context.ts';
import type { CommandContext } from './command-row.ts';
import { outputTerminal, writeOutput } from './streams.ts';

/** Text in a file: as wide as it is, and without colour. */
export const inFile: Layout = { color: false, width: null };

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

/**
 * Writes what goes to files of its own (`--format FORMAT=FILE`), each whole or not at all.
 * @throws VerifyError `file.unwritable`
 */
export async function writeReports({ reports }: OwnOptions, render: Render): Promise<void> {
  for (const { format, file } of reports) await writeText(await render(format, inFile), file);
}

/**
 * Writes a result in every format that was asked for: to files of its own, and to standard output or `--output`.
 * @throws VerifyError `file.unwritable`
 */
export async function writeResult(
  { environment }: CommandContext,
  own: OwnOptions,
  render: Render,
  { isSilent }: { readonly isSilent: boolean } = { isSilent: false },
): Promise<void> {
  await writeReports(own, render);
  if (isSilent && own.output === null) return;
  const layout = own.output === null ? layoutFor(outputTerminal(), own, environment) : inFile;
  await writeText(await render(own.format, layout), own.output);
}
