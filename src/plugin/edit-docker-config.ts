import { VerifyError } from '../model/index.ts';
import { hashOf, parseDockerConfig } from './docker-config-file.ts';
import type { ConfigRecord } from './install-record.ts';
import type { JsonText } from './json-text.ts';
import { applyEdit, inverseEdit, type TextEdit } from './text-edit.ts';

/** The plugin that Docker is to build with. */
const ourName = 'verify';
const aliases = 'aliases';
const builder = 'builder';
const folders = 'cliPluginsExtraDirs';

/** What config.json is to say. */
export interface WantedConfig {
  /** The folder with our stand-in for buildx, null where buildx is left alone. */
  readonly pluginFolder: string | null;
}

function invalid(path: string, message: string, hint: string): VerifyError {
  return new VerifyError('config.invalid', `${path}: ${message}; it was left as it is`, {
    hint,
    place: { file: path },
  });
}

/** Docker reads names in any case and merges repeated ones; only the plain spelling can be edited with certainty. */
function checkNames(config: JsonText, path: string): void {
  for (const wanted of [aliases, folders]) {
    const found = config.names().filter((name) => name.toLowerCase() === wanted.toLowerCase());
    if (found.length > 1 || (found[0] ?? wanted) !== wanted) {
      throw invalid(path, `"${wanted}" is spelled in another way, or more than once`, `keep one "${wanted}"`);
    }
  }
  const alias = config.valueAt([aliases]) ?? {};
  if (typeof alias !== 'object' || Array.isArray(alias)) throw invalid(path, `"${aliases}" is no object`, 'correct it');
  const extra = config.valueAt([folders]) ?? [];
  if (!Array.isArray(extra) || extra.some((entry) => typeof entry !== 'string')) {
    throw invalid(path, `"${folders}" is no list of folders`, 'correct it');
  }
}

function open(text: string, path: string): JsonText {
  const config = parseDockerConfig(text, path);
  checkNames(config, path);
  return config;
}

function listedFolders(config: JsonText): readonly unknown[] {
  const listed = config.valueAt([folders]);
  return Array.isArray(listed) ? listed : [];
}

function builderOf(config: JsonText): unknown {
  return config.valueAt([aliases, builder]);
}

function aliasEdit(config: JsonText): TextEdit | null {
  if (builderOf(config) === ourName) return null;
  const present = config.valueAt([aliases]);
  return present === undefined || present === null
    ? config.set([], aliases, { [builder]: ourName })
    : config.set([aliases], builder, ourName);
}

function folderEdit(config: JsonText, folder: string | null): TextEdit | null {
  if (folder === null || listedFolders(config).includes(folder)) return null;
  const present = config.valueAt([folders]);
  return Array.isArray(present) ? config.prepend([folders], folder) : config.set([], folders, [folder]);
}

/**
 * `before` (null: no file) with the alias and, where wanted, the plugin folder, and a record of how to take that back.
 * @throws VerifyError `config.invalid` where it cannot be edited with certainty
 */
export function addToConfig(
  before: string | null,
  wanted: WantedConfig,
  path: string,
): ConfigRecord & { readonly text: string } {
  const original = open(before ?? '', path);
  const undo: TextEdit[] = [];
  let config = original;
  for (const plan of [aliasEdit, (current: JsonText) => folderEdit(current, wanted.pluginFolder)]) {
    const edit = plan(config);
    if (edit === null) continue;
    undo.unshift(inverseEdit(config.text, edit));
    config = open(applyEdit(config.text, edit), path);
  }
  const previous = builderOf(original);
  return {
    text: config.text,
    existed: before !== null,
    before: hashOf(before ?? ''),
    after: hashOf(config.text),
    // What stood for nothing, an empty file, is written back as it was.
    undo:
      before !== null && before !== original.text ? [{ offset: 0, length: config.text.length, content: before }] : undo,
    previousBuilder: typeof previous === 'string' && previous !== ourName ? previous : null,
    addedAliases: original.valueAt([aliases]) === undefined,
    addedFolders: original.valueAt([folders]) === undefined,
  };
}

function withoutAlias(config: JsonText, record: ConfigRecord | null): string {
  if (builderOf(config) !== ourName) return config.text;
  const previous = record?.previousBuilder ?? null;
  if (previous !== null) return applyEdit(config.text, config.set([aliases], builder, previous));
  const others = Object.keys(config.valueAt([aliases]) ?? {}).length > 1;
  return config.without(record?.addedAliases === true && !others ? [aliases] : [aliases, builder]);
}

function withoutFolder(config: JsonText, record: ConfigRecord | null, folder: string): string {
  const index = listedFolders(config).indexOf(folder);
  if (index < 0) return config.text;
  const isOnly = listedFolders(config).length === 1;
  return config.without(record?.addedFolders === true && isOnly ? [folders] : [folders, index]);
}

/**
 * `current` without what we added (null: no file is to be left). Where nothing else has changed since, byte for byte what was there;
 * else our parts alone are taken out and an earlier builder is put back.
 * @throws VerifyError `config.invalid` where it cannot be edited with certainty
 */
export function takeFromConfig(
  current: string | null,
  record: ConfigRecord | null,
  pluginFolder: string,
  path: string,
): string | null {
  if (current === null) return null;
  let text: string | null = current;
  if (record !== null && hashOf(current) === record.after) {
    const restored = record.undo.reduce(applyEdit, current);
    if (!record.existed) text = null;
    else if (hashOf(restored) === record.before) text = restored;
  }
  if (text === null) return null;
  const withoutOurs = withoutFolder(open(withoutAlias(open(text, path), record), path), record, pluginFolder);
  return withoutOurs === parseDockerConfig(text, path).text ? text : withoutOurs;
}

/** Whether `current` already says exactly what is wanted. */
export function isAsWanted(current: string | null, wanted: WantedConfig, pluginFolder: string, path: string): boolean {
  if (current === null) return false;
  const config = open(current, path);
  const isListed = listedFolders(config).includes(pluginFolder);
  return builderOf(config) === ourName && isListed === (wanted.pluginFolder !== null);
}
