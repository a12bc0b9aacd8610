import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readBoundedInput, VerifyError } from '../model/index.ts';
import { JsonText } from './json-text.ts';

/** Larger than any configuration that people write, in bytes. */
const largest = 16 * 1024 * 1024;

/** Hexadecimal SHA-256 of a text in UTF-8. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether an error of the file system says that nothing is there. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function unwritable(path: string, cause: unknown): VerifyError {
  return new VerifyError('file.unwritable', `${path} could not be written`, {
    hint: 'see who owns the file and its folder, and whether the disk is full',
    cause,
  });
}

/** The file behind links: an editor of links would turn a link into a file. */
async function behindLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path; // nothing there yet
  }
}

/**
 * The text of Docker's config.json, null where there is none.
 * @throws VerifyError `config.invalid` where it cannot be read or is no text
 */
export async function readDockerConfig(path: string): Promise<string | null> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readBoundedInput(path, largest));
  } catch (error) {
    if (isAbsent(error)) return null;
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

async function fill(
  file: FileHandle,
  text: string,
  like: { mode: number; uid: number; gid: number } | null,
): Promise<void> {
  if (like !== null) {
    const own = await file.stat();
    if (own.uid !== like.uid || own.gid !== like.gid) await file.chown(like.uid, like.gid);
    await file.chmod(like.mode & 0o7777);
  }
  await file.writeFile(text);
  await file.sync();
}

/**
 * Writes a whole file or nothing: beside its place first, with the mode and owner of what was there (else `0600`, since credentials
 * may follow), then renamed. A link is followed, so that it stays one.
 * @throws VerifyError `file.unwritable`
 */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  const target = await behindLinks(path);
  const beside = join(dirname(target), `.docker-verify-${randomUUID()}.tmp`);
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const like = await stat(target).catch((error: unknown) => {
      if (isAbsent(error)) return null;
      throw error;
    });
    const file = await open(beside, 'wx', 0o600);
    try {
      await fill(file, text, like);
    } finally {
      await file.close();
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw unwritable(path, error);
  }
}
