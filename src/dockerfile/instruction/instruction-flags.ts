import type { VerifyError } from '../../model/index.ts';
import { cureOfLack, type FrontendRelease, lacksFlag } from '../text/frontend-release.ts';
import { invalidDockerfile, meantWord } from '../text/invalid-dockerfile.ts';

/** What a flag takes: `true` or `false`, one value, or a value each time it is given. */
export type FlagType = 'boolean' | 'text' | 'texts';

/** The flags of one instruction by name; every value given, in order. */
export type Flags = ReadonlyMap<string, readonly string[]>;

/**
 * Reads an instruction's flags as BuildKit does (instructions/bflag.go). Those that are not known are passed over where the frontend may
 * know more; those that it is known to lack are refused.
 * @throws VerifyError `dockerfile.invalid`, without a place
 */
export function parseFlags(
  node: { readonly command: string; readonly flags: readonly string[]; readonly release: FrontendRelease },
  known: Readonly<Record<string, FlagType>>,
): Flags {
  const values = new Map<string, string[]>();
  for (const flag of node.flags) {
    const equals = flag.indexOf('=');
    const written = equals < 0 ? flag : flag.slice(0, equals);
    const value = equals < 0 ? null : flag.slice(equals + 1);
    const name = written.slice(2);
    const type = Object.hasOwn(known, name) ? known[name] : undefined;
    if (type === undefined && node.release.anyFlags) continue;
    if (type === undefined) throw unknownFlag(written, meantWord(written, namesOf(known)));
    if (lacksFlag(node.release, node.command, name)) throw unknownFlag(written, cureOfLack(node.command, name));
    const given = values.get(name) ?? [];
    if (given.length > 0 && type !== 'texts') throw invalidDockerfile(`duplicate flag specified: ${written}`);
    given.push(type === 'boolean' ? parseBoolean(written, value) : requireValue(written, value));
    values.set(name, given);
  }
  return values;
}

function unknownFlag(written: string, hint: string | null): VerifyError {
  return invalidDockerfile(`unknown flag: ${written}`, null, hint);
}

function namesOf(known: Readonly<Record<string, FlagType>>): readonly string[] {
  return Object.keys(known).map((name) => `--${name}`);
}

function requireValue(written: string, value: string | null): string {
  if (value === null) throw invalidDockerfile(`missing a value on flag: ${written}`);
  return value;
}

function parseBoolean(written: string, value: string | null): string {
  if (value === '') throw invalidDockerfile(`missing a value on flag: ${written}`);
  const text = (value ?? 'true').toLowerCase();
  if (text !== 'true' && text !== 'false') {
    throw invalidDockerfile(`expecting boolean value for flag ${written}, not: ${value}`);
  }
  return text;
}
