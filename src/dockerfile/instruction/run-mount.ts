import { posix } from 'node:path';
import type { Expanded } from '../shell/shell-word.ts';
import { invalidDockerfile } from '../text/invalid-dockerfile.ts';

/**
 * The fields of one line of CSV, quoted ones too (RFC 4180, strict).
 * @throws VerifyError `dockerfile.invalid`, without a place
 */
export function splitCsv(line: string, what: string): readonly string[] {
  const bad = (problem: string): never => {
    throw invalidDockerfile(`failed to parse csv ${what}: ${problem}`);
  };
  const text = line.replace(/\r?\n$/, '');
  if (text === '') return bad('EOF');
  const fields: string[] = [];
  for (let at = 0; ; at++) {
    if (text[at] !== '"') {
      const comma = text.indexOf(',', at);
      const field = text.slice(at, comma < 0 ? text.length : comma);
      if (field.includes('"')) bad('bare " in non-quoted-field');
      fields.push(field);
      if (comma < 0) return fields;
      at = comma;
      continue;
    }
    const { field, next } = readQuoted(text, at + 1) ?? bad('extraneous or missing " in quoted-field');
    fields.push(field);
    if (next === text.length) return fields;
    if (text[next] !== ',') bad('extraneous or missing " in quoted-field');
    at = next;
  }
}

function readQuoted(text: string, start: number): { field: string; next: number } | null {
  let field = '';
  for (let at = start; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return null;
    field += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { field, next: quote + 1 };
    field += '"';
    at = quote + 2;
  }
}

/** The source that a `--mount` names in `from`, before anything is expanded; `''` for none. */
export function mountSource(mount: string): string {
  let from = '';
  for (const field of splitCsv(mount, 'mounts')) {
    const equals = field.indexOf('=');
    if (equals < 0 || field.slice(0, equals).toLowerCase() !== 'from') continue;
    from = field.slice(equals + 1);
    const dollar = from.indexOf('$');
    if (dollar >= 0 && dollar !== from.length - 1) {
      throw invalidDockerfile("'from' doesn't support variable expansion, define alias stage instead");
    }
  }
  return from;
}

const mountTypes: ReadonlySet<string> = new Set(['bind', 'cache', 'tmpfs', 'secret', 'ssh']);
const sharingModes: ReadonlySet<string> = new Set(['shared', 'private', 'locked']);
const sizePattern = /^\d+(?:\.\d+)? ?(?:[kmgtp]i?b?|b)?$/i;
const booleanPattern = /^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/;

interface MountState {
  type: string;
  from: string;
  source: string;
  target: string;
  id: string;
  sharing: string;
  owned: string | null;
}

/**
 * Checks a `--mount` as BuildKit does when it comes to run the step, with variables expanded. What depends on a
 * variable or a working directory (null) that is not known passes.
 * @throws VerifyError `dockerfile.invalid`, without a place
 */
export function checkMount(mount: string, expand: (word: string) => Expanded, workingDirectory: string | null): void {
  const state: MountState = { type: 'bind', from: '', source: '', target: '', id: '', sharing: '', owned: null };
  for (const field of splitCsv(mount, 'mounts')) {
    const equals = field.indexOf('=');
    const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
    if (equals < 0) {
      checkBareKey(key, field, state);
      continue;
    }
    const value = expand(field.slice(equals + 1));
    if (!value.certain) return;
    readKey(key, value.text, field, state);
  }
  checkCombination(state);
  if (state.type === 'secret' || state.type === 'ssh') return;
  const base = state.target.startsWith('/') ? '/' : workingDirectory;
  if (base !== null && posix.resolve(base, state.target) === '/') throw invalidDockerfile('invalid mount target "/"');
}

function checkBareKey(key: string, field: string, state: MountState): void {
  if (['readonly', 'ro', 'readwrite', 'rw'].includes(key)) return;
  if (key !== 'required') throw invalidDockerfile(`invalid field '${field}' must be a key=value pair`);
  requireType(key, state, 'secret', 'ssh');
}

function requireType(key: string, state: MountState, ...types: readonly string[]): void {
  if (!types.includes(state.type)) {
    throw invalidDockerfile(`unexpected key '${key}' for mount type '${state.type}'`);
  }
}

function readKey(key: string, value: string, field: string, state: MountState): void {
  const require = (ok: boolean, message = `invalid value for ${key}: ${value}`): void => {
    if (!ok) throw invalidDockerfile(message);
  };
  switch (key) {
    case 'type':
      require(mountTypes.has(value.toLowerCase()), `unsupported mount type ${JSON.stringify(value)}`);
      state.type = value.toLowerCase();
      return;
    case 'from':
      state.from = value;
      return;
    case 'source':
    case 'src':
      state.source = value;
      return;
    case 'target':
    case 'dst':
    case 'destination':
      state.target = value;
      return;
    case 'readonly':
    case 'ro':
    case 'readwrite':
    case 'rw':
      require(booleanPattern.test(value));
      return;
    case 'required':
      requireType(key, state, 'secret', 'ssh');
      require(booleanPattern.test(value));
      return;
    case 'size':
      requireType(key, state, 'tmpfs');
      require(sizePattern.test(value));
      return;
    case 'id':
      state.id = value;
      return;
    case 'sharing':
      require(sharingModes.has(value.toLowerCase()), `unsupported sharing value ${JSON.stringify(value)}`);
      state.sharing = value.toLowerCase();
      return;
    case 'mode':
      require(/^[0-7]{1,11}$/.test(value), `invalid value ${value} for mode`);
      state.owned ??= key;
      return;
    case 'uid':
    case 'gid':
      require(/^\d{1,10}$/.test(value), `invalid value ${value} for ${key}`);
      state.owned ??= key;
      return;
    case 'env':
      return;
    default:
      throw invalidDockerfile(`unexpected key '${key}' in '${field}'`);
  }
}

function checkCombination(state: MountState): void {
  const { type } = state;
  if (state.owned !== null && type !== 'secret' && type !== 'ssh' && type !== 'cache') {
    throw invalidDockerfile(`${state.owned} not allowed for "${type}" type mounts`);
  }
  if (type === 'secret') {
    if (state.from !== '') throw invalidDockerfile('secret mount should not have a from');
    if (state.source === '' && state.target === '' && state.id === '') {
      throw invalidDockerfile('invalid secret mount. one of source, target required');
    }
    if (state.source !== '' && state.id !== '') throw invalidDockerfile("both source and id can't be set");
  }
  if (state.sharing !== '' && type !== 'cache') {
    throw invalidDockerfile(
      type === 'secret' ? 'secret mount should not define sharing' : `invalid cache sharing set for ${type} mount`,
    );
  }
}
