import { createHash } from 'node:crypto';
import { isMissingFile, ownFile, readBoundedInput, VerifyError, writeWhole } from '../model/index.ts';
import { JsonText } from './json-text.ts';

/** Larger than any configuration that people write, in bytes. */
const largest = 16 * 1024 * 1024;

/** Hexadecimal SHA-256 of a text in UTF-8. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function unwritable(path: string, cause: unknown): VerifyError {
  return new VerifyError('file.unwritable', `${path} could not be written`, {
    hint: 'see who owns the file and its folder, and whether the disk is full',
    cause,
  });
}

/**
 * The text of Docker's config.json, null where there is none.
 * @throws VerifyError `config.invalid` where it cannot be read or is no text
 */
export async function readDockerConfig(path: string): Promise<string | null> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readBoundedInput(path, largest));
  } catch (error) {
    if (isMissingFile(error)) return null;
    throw new VerifyError('config.invalid', `${path} could not be read`, {
      hint: 'it should be a JSON file in UTF-8 that you may read',
      place: { file: path },
      cause: error,
    });
  }
}

/**
 * `text` as an object that can be edited; nothing at all counts as an empty one, as it does for Docker.
 * @throws VerifyError `config.invalid` where it is not a JSON object
 */
export function parseDockerConfig(text: string, path: string): JsonText {
  try {
    return new JsonText(text.trim() === '' ? '{}' : text);
  } catch (error) {
    throw new VerifyError('config.invalid', `${path} is not a JSON object; it was left as it is`, {
      hint: 'correct the file, then try again',
      place: { file: path },
      cause: error,
    });
  }
}

/**
 * Writes a file of Docker's, or our record of what was changed in one: with the mode and owner of what was there (else `0600`, since
 * credentials may follow), through a link where it is one.
 * @throws VerifyError `file.unwritable`
 */
export async function writeConfigFile(path: string, text: string): Promise<void> {
  try {
    await writeWhole(path, text, { ...ownFile, keepsMode: true, isDurable: true, followsLinks: true });
  } catch (error) {
    throw unwritable(path, error);
  }
}
