import { writeWholeFile } from '../gate/index.ts';

/**
 * Writes a result to `file`, whole or not at all, or to standard output where none is named.
 * @throws VerifyError `file.unwritable`
 */
export async function writeResult(text: string, file: string | null): Promise<void> {
  if (file !== null) return await writeWholeFile(file, text);
  await new Promise<void>((done) => {
    process.stdout.write(text, () => done());
  });
}
