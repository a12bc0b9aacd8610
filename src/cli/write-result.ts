import { VerifyError, writeWholeFile } from '../gate/index.ts';

function writeToOutput(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      // a reader that went away (`| head`) has seen what it wanted
      if (error === null || error === undefined || ('code' in error && error.code === 'EPIPE')) resolve();
      else reject(error);
    });
  });
}

/**
 * Writes a result to `file`, whole or not at all, or to standard output where none is named.
 * @throws VerifyError `file.unwritable`
 */
export async function writeResult(text: string, file: string | null): Promise<void> {
  if (file !== null) return await writeWholeFile(file, text);
  try {
    await writeToOutput(text);
  } catch (cause) {
    throw new VerifyError('file.unwritable', `cannot write to standard output: ${(cause as Error).message}`, {
      hint: 'see where it leads, and whether there is room',
      cause,
    });
  }
}
