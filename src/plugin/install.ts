import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Environment } from '../model/index.ts';
import { readDockerConfig, writeConfigFile } from './docker-config-file.ts';
import { addToConfig, isAsWanted, takeFromConfig } from './edit-docker-config.ts';
import { type InstallPlaces, installPlaces, isInSharedFolder } from './install-places.ts';
import { type ConfigRecord, type InstallRecord, readInstallRecord } from './install-record.ts';
import { makeFolders, type Placement, placeExecutable, refuseOther, removePlaced } from './place-executable.ts';

/** `alias`: `docker build` and `docker bake` come to us. `full`: `docker buildx` and compose too. */
export type InstallMode = 'alias' | 'full';

/** What was changed, one sentence each; empty where everything was so already. */
export interface InstallOutcome {
  readonly changes: readonly string[];
}

/** An executable and what it is to be linked as. */
interface Plan {
  readonly executable: string;
  readonly places: InstallPlaces;
  /** The stand-ins that are wanted. */
  readonly shims: readonly string[];
  readonly copy: boolean;
}

async function place({ executable, places, shims, copy }: Plan, old: InstallRecord | null): Promise<Placement> {
  const none: Placement = { files: [], folders: [] };
  const isOurs = old?.files.includes(places.plugin) === true;
  const plugin = isInSharedFolder(executable)
    ? none
    : await placeExecutable(executable, places.plugin, { isOurs, copy });
  const placed = [plugin];
  // one after another: the first makes the folder
  for (const shim of shims) placed.push(await placeExecutable(executable, shim, { isOurs: true, copy }));
  return { files: placed.flatMap(({ files }) => files), folders: placed.flatMap(({ folders }) => folders) };
}

function union(...lists: readonly (readonly string[] | undefined)[]): string[] {
  return [...new Set(lists.flatMap((list) => list ?? []))];
}

function shimsOf(places: InstallPlaces): readonly string[] {
  return [places.shim, places.composeShim];
}

interface ConfigChange {
  /** The new text, null where the file stays as it is. */
  readonly text: string | null;
  readonly config: ConfigRecord;
}

/** What config.json must become for `mode`, and how to take it back. Writes nothing. */
async function configure(mode: InstallMode, places: InstallPlaces, old: ConfigRecord | null): Promise<ConfigChange> {
  const wanted = { pluginFolder: mode === 'full' ? places.shimFolder : null };
  const current = await readDockerConfig(places.config);
  if (old !== null && isAsWanted(current, wanted, places.shimFolder, places.config)) return { text: null, config: old };
  const before = takeFromConfig(current, old, places.shimFolder, places.config);
  const { text, ...config } = addToConfig(before, wanted, places.config);
  return { text: text === current ? null : text, config };
}

/**
 * Sets up the plugin: a link to `executable` (absolute) in Docker's plugin folder, the builder's alias in config.json and, for `full`,
 * a stand-in for buildx that Docker and compose find first, and one for compose where `compose` says that there is one, since it need not
 * ask buildx. Twice is as once; everything else in config.json stays to the letter.
 * @throws VerifyError `config.invalid` (nothing was changed), `file.unwritable` (also where another program has the plugin's place)
 */
export async function install(
  executable: string,
  mode: InstallMode,
  environment: Environment,
  compose = false,
): Promise<InstallOutcome> {
  const places = installPlaces(environment);
  const isCopy = environment.platform === 'win32';
  const shims = mode === 'alias' ? [] : [places.shim, ...(compose ? [places.composeShim] : [])];
  const unwanted = shimsOf(places).filter((shim) => !shims.includes(shim));
  const old = await readInstallRecord(places.record);
  if (old?.files.includes(places.plugin) !== true) await refuseOther(executable, places.plugin);
  const { text, config } = await configure(mode, places, old?.config ?? null);
  const home = await makeFolders(dirname(places.record));
  const placed = await place({ executable, places, shims, copy: isCopy }, old);
  const files = union(old?.files, placed.files).filter((file) => !unwanted.includes(file));
  const folders = union(old?.folders, home, placed.folders);
  const record: InstallRecord = { version: 1, mode, config, files, folders };
  // The record comes before what it records: whatever happens between, uninstall knows what to take back.
  if (JSON.stringify(record) !== JSON.stringify(old))
    await writeConfigFile(places.record, `${JSON.stringify(record, null, 2)}\n`);
  if (text !== null) await writeConfigFile(places.config, text);
  const emptied = shims.length === 0 ? [places.shimFolder] : [];
  const removed = await removePlaced({ files: unwanted, folders: emptied }, { isCopy });
  return {
    changes: [
      ...placed.files.map((file) => `made ${file}`),
      ...(text === null ? [] : [`docker build now runs docker verify build (${places.config})`]),
      ...removed.map((file) => `removed ${file}`),
    ],
  };
}

/**
 * Takes back what `install` did: config.json byte for byte as it was where nothing else has changed since, the files that were made,
 * and the folders that are empty then.
 * @throws VerifyError `config.invalid` (nothing was changed), `file.unwritable`
 */
export async function uninstall(environment: Environment): Promise<InstallOutcome> {
  const places = installPlaces(environment);
  const old = await readInstallRecord(places.record);
  const current = await readDockerConfig(places.config);
  const text = takeFromConfig(current, old?.config ?? null, places.shimFolder, places.config);
  if (text === null && current !== null) await rm(places.config);
  else if (text !== null && text !== current) await writeConfigFile(places.config, text);
  const removed = await removePlaced(
    { files: union(old?.files, shimsOf(places)), folders: [] },
    { isCopy: environment.platform === 'win32' },
  );
  await rm(places.record, { force: true });
  await removePlaced({ files: [], folders: union(old?.folders, [places.shimFolder]) }, { isCopy: false });
  return {
    changes: [
      ...(text === current ? [] : [`docker build is Docker's own again (${places.config})`]),
      ...removed.map((file) => `removed ${file}`),
    ],
  };
}
