import { createHash } from 'node:crypto';
import { chmod, copyFile, lstat, mkdir, readdir, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import {
  foldersAbove,
  isMissingFile,
  messageOf,
  parseBoundedJson,
  placeWhole,
  readBoundedFile,
  readBoundedInput,
  systemCode,
  VerifyError,
} from '../model/index.ts';
import type { SystemPlaces } from './system-places.ts';

/** A file that a machine is to have, with the mode that lets everybody read it and only its owner write it. */
export interface SystemFile {
  readonly path: string;
  readonly text: string;
}

/** A file that is there and holds something else. */
export interface DifferingFile {
  readonly path: string;
  readonly found: string;
  readonly wanted: string;
}

/** What was changed, one sentence each, or what stood in the way of changing anything. */
export type SystemOutcome =
  | { readonly kind: 'done'; readonly changes: readonly string[] }
  | { readonly kind: 'differs'; readonly files: readonly DifferingFile[] };

const writtenFile = z.object({ path: z.string(), sha256: z.string() });
const systemRecord = z.object({
  version: z.literal(1),
  system: z.literal(true),
  files: z.array(writtenFile),
  /** Outermost first. */
  folders: z.array(z.string()),
});
type SystemRecord = Readonly<z.infer<typeof systemRecord>>;

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function unlessAbsent<T>(found: Promise<T>): Promise<T | null> {
  return await found.catch((error: unknown) => {
    if (isMissingFile(error)) return null;
    throw error;
  });
}

/** Larger than any executable of ours, in bytes. */
const largest = 1024 * 1024 * 1024;

async function readRecord(path: string): Promise<SystemRecord | null> {
  const bytes = await readBoundedFile(path, largest);
  if (bytes === null) return null;
  try {
    return systemRecord.parse(parseBoundedJson(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    throw new VerifyError('config.invalid', `${path} is not the record of an installation`, {
      hint: 'remove it, and what bootstrap.* beside it should not be there',
      place: { file: path },
      cause: error,
    });
  }
}

/** The error for a user who may not write there; its hint says how to become one who may. */
function translated(error: unknown, again: string): VerifyError {
  if (error instanceof VerifyError) return error;
  const code = systemCode(error);
  const isForbidden = code === 'EACCES' || code === 'EPERM';
  const reason = messageOf(error);
  return new VerifyError(
    'file.unwritable',
    isForbidden
      ? "only the machine's administrator may write there"
      : `the installation could not be written: ${reason}`,
    { hint: isForbidden ? again : 'see what lies there, and whether there is room', cause: error },
  );
}

/** Makes a folder that everybody may read, with those above it; answers the ones that were made, outermost first. */
async function makeReadable(folder: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let at = folder; (await unlessAbsent(lstat(at))) === null; at = dirname(at)) missing.unshift(at);
  for (const each of missing) {
    await mkdir(each);
    await chmod(each, 0o755); // whatever the umask says
  }
  return missing;
}

async function replace(path: string, mode: number, fill: (beside: string) => Promise<void>): Promise<void> {
  await placeWhole(path, async (beside) => {
    await fill(beside);
    await chmod(beside, mode); // whatever the umask says
  });
}

/** Which of `files` hold something else on this machine. */
async function differing(files: readonly SystemFile[]): Promise<readonly DifferingFile[]> {
  const found: DifferingFile[] = [];
  for (const { path, text } of files) {
    const bytes = await readBoundedFile(path, largest);
    const there = bytes === null ? null : Buffer.from(bytes).toString('utf8');
    if (there !== null && there !== text) found.push({ path, found: there, wanted: text });
  }
  return found;
}

/** The executable, if it is to be placed: where Docker finds none yet, or where ours of before is another one. */
async function executableToPlace(
  executable: string,
  { plugin, plugins }: SystemPlaces,
  old: SystemRecord | null,
): Promise<{ readonly path: string; readonly sha256: string } | null> {
  const present = await Promise.all(plugins.map(async (path) => (await unlessAbsent(lstat(path))) !== null));
  const placed = old?.files.find(({ path }) => path === plugin);
  if (present.includes(true) && placed === undefined) return null;
  const wanted = sha256(await readBoundedInput(executable, largest));
  const there = await readBoundedFile(plugin, largest);
  return there !== null && sha256(there) === wanted ? null : { path: plugin, sha256: wanted };
}

/**
 * Places `files`, and the executable as a plugin for everybody where Docker finds none yet: a copy, since a link would lead to
 * where perhaps every user may write. Nothing is written where one of the files is there and holds something else. Twice is as once.
 * @param again what the administrator would type
 * @throws VerifyError `file.unwritable`, `config.invalid`
 */
export async function installSystem(
  executable: string,
  files: readonly SystemFile[],
  places: SystemPlaces,
  again: string,
): Promise<SystemOutcome> {
  try {
    const different = await differing(files);
    if (different.length > 0) return { kind: 'differs', files: different };
    const old = await readRecord(places.record);
    const plugin = await executableToPlace(executable, places, old);
    const missing: SystemFile[] = [];
    for (const file of files) if ((await unlessAbsent(lstat(file.path))) === null) missing.push(file);
    if (missing.length === 0 && plugin === null) return { kind: 'done', changes: [] };
    const folders = [
      ...(await makeReadable(places.folder)),
      ...(plugin === null ? [] : await makeReadable(dirname(plugin.path))),
    ];
    const written = [...missing.map(({ path, text }) => ({ path, sha256: sha256(text) })), ...(plugin ? [plugin] : [])];
    const kept = (old?.files ?? []).filter(({ path }) => written.every((file) => file.path !== path));
    const record: SystemRecord = {
      version: 1,
      system: true,
      files: [...kept, ...written],
      folders: [...(old?.folders ?? []), ...folders],
    };
    const fillRecord = (beside: string) => writeFile(beside, `${JSON.stringify(record, null, 2)}\n`, { flag: 'wx' });
    // The record comes before what it records: whatever happens between, uninstall knows what to take back.
    await replace(places.record, 0o644, fillRecord);
    if (plugin !== null) await replace(plugin.path, 0o755, (beside) => copyFile(executable, beside));
    // the policy last: what it names is there before it is in force
    for (const { path, text } of missing.toReversed())
      await replace(path, 0o644, (beside) => writeFile(beside, text, { flag: 'wx' }));
    return { kind: 'done', changes: written.map(({ path }) => `made ${path}`) };
  } catch (error) {
    throw translated(error, again);
  }
}

/** What the record names, so far as an installation could have made it: it is no list of whatever root is to remove. */
function ownOf(record: SystemRecord, places: SystemPlaces): Pick<SystemRecord, 'files' | 'folders'> {
  const possible = [places.policy, places.key, places.trustedRoot, places.plugin];
  const above = possible.flatMap((path) => foldersAbove(path));
  return {
    files: record.files.filter(({ path }) => possible.includes(path)),
    folders: record.folders.filter((folder) => above.includes(folder)),
  };
}

/** What an installation that was killed left beside a place: it may be as large as the executable. */
const leftOver = /^\.docker-verify-[0-9a-f-]{36}\.tmp$/;

async function removeLeftOvers(folder: string): Promise<void> {
  const names = (await unlessAbsent(readdir(folder))) ?? [];
  for (const name of names) if (leftOver.test(name)) await rm(join(folder, name), { force: true });
}

/**
 * Takes back what `installSystem` placed, so far as it is still that, and the folders that are empty then.
 * @param again what the administrator would type
 * @throws VerifyError `file.unwritable`, `config.invalid`
 */
export async function uninstallSystem(places: SystemPlaces, again: string): Promise<readonly string[]> {
  try {
    const record = await readRecord(places.record);
    if (record === null) return [];
    const changes: string[] = [];
    const { files, folders } = ownOf(record, places);
    for (const { path, sha256: written } of files) {
      const there = await readBoundedFile(path, largest);
      if (there === null) continue;
      const isOurs = sha256(there) === written;
      if (isOurs) await unlink(path);
      changes.push(isOurs ? `removed ${path}` : `left ${path}: it has changed since`);
    }
    for (const folder of [places.folder, dirname(places.plugin)]) await removeLeftOvers(folder);
    await rm(places.record);
    for (const folder of folders.toReversed()) await rmdir(folder).catch(() => {}); // not empty: it holds files of others
    return changes;
  } catch (error) {
    throw translated(error, again);
  }
}
