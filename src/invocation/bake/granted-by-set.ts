import { csvFields, keyAndValue } from '../values/csv-fields.ts';
import type { BakeDefinition } from './bake-definition.ts';
import type { PrintedAttributes, PrintedTarget } from './printed-bake.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** What buildx makes of one value of `--set` (util/buildflags). A lone word is an output's folder and an SSH agent's identifier. */
function attributesOf(field: string, written: string): Attributes {
  if (field === 'ssh') {
    const [id, paths] = keyAndValue(written);
    return { id, paths: paths?.split(',') ?? [] };
  }
  const fields = csvFields(written);
  const [only = ''] = fields;
  if (fields.length === 1 && !only.includes('=')) return field === 'output' ? { type: 'local', dest: only } : {};
  return Object.fromEntries(fields.map(keyAndValue).map(([key, value]) => [key.trim().toLowerCase(), value ?? '']));
}

function pathsAt(attributes: Attributes, names: readonly string[]): readonly string[] {
  const found = names.flatMap((name) => attributes[name] ?? []);
  return found.filter((path): path is string => typeof path === 'string' && path !== '' && path !== '-');
}

const granting: ReadonlySet<string> = new Set(['output', 'cache-to', 'cache-from', 'secret', 'ssh']);

/** What one entry of a field needs. */
function needsOf(field: string, attributes: Attributes): readonly string[] {
  const isLocal = attributes['type'] === 'local';
  switch (field) {
    case 'output':
      return pathsAt(attributes, ['dest']).map((path) => `fs.write=${path}`);
    case 'cache-to':
      return isLocal ? pathsAt(attributes, ['dest']).map((path) => `fs.write=${path}`) : [];
    case 'cache-from':
      return isLocal ? pathsAt(attributes, ['src']).map((path) => `fs.read=${path}`) : [];
    case 'secret':
      return pathsAt(attributes, ['src', 'source']).map((path) => `fs.read=${path}`);
    case 'ssh':
      return pathsAt(attributes, ['paths']).map((path) => `fs.read=${path}`);
    default:
      return [];
  }
}

function entriesOf(field: string, target: PrintedTarget): readonly (PrintedAttributes | Attributes)[] {
  switch (field) {
    case 'output':
    case 'cache-to':
    case 'cache-from':
    case 'ssh':
      return target[field] ?? [];
    default:
      return []; // of secrets only those that the override names are granted
  }
}

/** Names of targets hold letters, digits, `_` and `-` alone, so that little of a pattern is left to read (Go, path.Match). */
function matchesName(pattern: string, name: string): boolean {
  const body = pattern.replace(/[*?.+(){}|$]/g, (sign) => (sign === '*' ? '.*' : sign === '?' ? '.' : `\\${sign}`));
  try {
    return new RegExp(`^(?:${body})$`).test(name);
  } catch {
    return false;
  }
}

function grantsOf(override: string, { targets }: BakeDefinition): readonly string[] {
  const [written, value] = keyAndValue(override);
  const [pattern = '', field = ''] = written.replace(/\+$/, '').split('.');
  if (value === null || value === '') return [];
  if (field === 'entitlements') return /^(?:network\.host|security\.insecure)$/.test(value) ? [value] : [];
  const kind = field === 'secrets' ? 'secret' : field;
  if (!granting.has(kind)) return [];
  const own = needsOf(kind, attributesOf(kind, value));
  const matched = targets
    .filter(([name]) => matchesName(pattern, name))
    .flatMap(([, target]) => entriesOf(kind, target));
  const beside = matched.flatMap((entry) =>
    needsOf(kind, typeof entry === 'string' ? attributesOf(kind, entry) : entry),
  );
  return [...own, ...beside];
}

/**
 * What values of `--set` grant: what a user writes there buildx takes for allowed, and what a definition says it asks about
 * (bake/bake.go: AddOverrides). As values of `--allow`, for a run in which the overrides are part of the definition.
 */
export function grantedBySet(overrides: readonly string[], definition: BakeDefinition): readonly string[] {
  return [...new Set(overrides.flatMap((override) => grantsOf(override, definition)))];
}
