import { dockerFlagTable, parseGoBoolean, VerifyError } from '../../model/index.ts';

/** Docker's global flags, as written before a plugin's name (docker/cli, cli/flags/options.go). Null where a flag was not given. */
export interface DockerFlags {
  readonly host: string | null;
  readonly context: string | null;
  readonly tls: boolean | null;
  readonly tlsVerify: boolean | null;
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

const byLetter: ReadonlyMap<string | null, string> = new Map(dockerFlagTable.map(({ letter, name }) => [letter, name]));
const withValue = new Set(dockerFlagTable.filter(({ takesValue }) => takesValue).map(({ name }) => name));

interface Given {
  readonly name: string;
  /** Null: not attached to the flag. */
  readonly value: string | null;
}

/** Splits one word into the flags that it holds: `--host=x`, `-Hx`, `-Dc` (then the value follows). */
function splitWord(word: string): readonly Given[] {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    if (equals < 0) return [{ name: word.slice(2), value: null }];
    return [{ name: word.slice(2, equals), value: word.slice(equals + 1) }];
  }
  const found: Given[] = [];
  for (let index = 1; index < word.length; index += 1) {
    const letter = word.charAt(index);
    const name = byLetter.get(letter) ?? letter;
    const rest = word.slice(index + 1);
    if (withValue.has(name)) {
      const attached = rest.startsWith('=') ? rest.slice(1) : rest;
      found.push({ name, value: rest === '' ? null : attached });
      break;
    }
    if (rest.startsWith('=')) {
      found.push({ name, value: rest.slice(1) });
      break;
    }
    found.push({ name, value: null });
  }
  return found;
}

/**
 * Reads the global flags by pflag's grammar; the last of a name wins, but for the host, which may be given once.
 * @throws VerifyError `usage.invalid`
 */
export function parseDockerFlags(words: readonly string[]): DockerFlags {
  const values = new Map<string, string>();
  for (let index = 0; index < words.length; index += 1) {
    for (const given of splitWord(words[index] ?? '')) {
      let value = given.value;
      if (value === null && withValue.has(given.name)) {
        index += 1;
        const next = words[index];
        if (next === undefined) throw new VerifyError('usage.invalid', `flag --${given.name} needs a value`);
        value = next;
      }
      if (given.name === 'host' && values.has('host')) throw new VerifyError('usage.invalid', 'specify only one -H');
      values.set(given.name, value ?? 'true');
    }
  }
  const boolean = (name: string): boolean | null => {
    const text = values.get(name);
    if (text === undefined) return null;
    const value = parseGoBoolean(text);
    if (value === null) throw new VerifyError('usage.invalid', `--${name} takes true or false, not "${text}"`);
    return value;
  };
  const text = (name: string): string | null => values.get(name) ?? null;
  const flags: DockerFlags = {
    host: text('host'),
    context: text('context') === '' ? null : text('context'),
    tls: boolean('tls'),
    tlsVerify: boolean('tlsverify'),
    caFile: text('tlscacert'),
    certFile: text('tlscert'),
    keyFile: text('tlskey'),
  };
  if (flags.host !== null && flags.context !== null) {
    throw new VerifyError('usage.invalid', 'conflicting options: cannot specify both --host and --context');
  }
  return flags;
}
