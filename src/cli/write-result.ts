import { VerifyError, writeWholeFile } from '../gate/index.ts';
import type { Shown } from '../report/index.ts';
import { writeOutput } from './streams.ts';

/**
 * Writes a result to `file`, whole or not at all, or to standard output where none is named.
 * @throws VerifyError `file.unwritable`
 */
export async function writeResult(text: Shown, file: string | null): Promise<void> {
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
