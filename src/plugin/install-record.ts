import * as z from 'zod';
import { isMissingFile, messageOf, parseBoundedJson, readBoundedInput, VerifyError } from '../model/index.ts';

const largest = 1024 * 1024; // bytes

const textEdit = z.object({ offset: z.int().nonnegative(), length: z.int().nonnegative(), content: z.string() });

const configRecord = z.object({
  /** Whether there was a config.json. */
  existed: z.boolean(),
  /** SHA-256 of its text before and after, hexadecimal. */
  before: z.string(),
  after: z.string(),
  /** Edits that lead from after to before, in order. */
  undo: z.array(textEdit),
  previousBuilder: z.string().nullable(),
  addedAliases: z.boolean(),
  addedFolders: z.boolean(),
});

const installRecord = z.object({
  version: z.literal(1),
  mode: z.enum(['alias', 'full']),
  config: configRecord,
  /** Absolute paths that `install` made, outermost folder first. */
  files: z.array(z.string()),
  folders: z.array(z.string()),
});

/** What was done to config.json, so that it can be taken back to the letter. Holds nothing of the rest of the file. */
export type ConfigRecord = Readonly<z.infer<typeof configRecord>>;

/** What `install` did, kept until `uninstall`. */
export type InstallRecord = Readonly<z.infer<typeof installRecord>>;

/**
 * The record at `path`, null where there is none.
 * @throws VerifyError `config.invalid` where it is damaged or cannot be read
 */
export async function readInstallRecord(path: string): Promise<InstallRecord | null> {
  const bytes = await readBoundedInput(path, largest).catch((error: unknown) => {
    if (isMissingFile(error)) return null;
    throw new VerifyError('config.invalid', `${path} could not be read: ${messageOf(error)}`, {
      hint: 'it is the record of what was installed: see who may read it and its folder',
      place: { file: path },
      cause: error,
    });
  });
  if (bytes === null) return null;
  try {
    return installRecord.parse(parseBoundedJson(bytes.toString('utf8')));
  } catch (error) {
    throw new VerifyError('config.invalid', `${path} is not the record of an installation`, {
      hint: 'remove the file: uninstall then takes out of config.json what it recognises as ours',
      place: { file: path },
      cause: error,
    });
  }
}
