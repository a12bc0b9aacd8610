import { parseGoBoolean, VerifyError } from '../../model/index.ts';
import type { OptionDefinition, OptionTable } from './option-table.ts';

/** A piece of a command line; `first` and `count` say which arguments it came from. */
export type ArgumentToken =
  | {
      readonly kind: 'option';
      readonly option: OptionDefinition;
      readonly value: string;
      readonly first: number;
      readonly count: number;
    }
  | {
      readonly kind: 'unknown';
      readonly written: string;
      readonly selfContained: boolean;
      readonly first: number;
      readonly count: 1;
    }
  | { readonly kind: 'positional'; readonly value: string; readonly first: number; readonly count: 1 }
  | { readonly kind: 'terminator'; readonly first: number; readonly count: 1 };

function usage(message: string, hint: string): VerifyError {
  return new VerifyError('usage.invalid', message, { hint });
}

interface Scan {
  readonly args: readonly string[];
  readonly table: OptionTable;
  readonly tokens: ArgumentToken[];
}

/** Takes an option whose value, where it has one, is `attached` (null: none) and returns how many arguments it used. */
function takeOption(scan: Scan, at: number, option: OptionDefinition, attached: string | null): number {
  const name = `--${option.name}`;
  if (option.takes === 'boolean') {
    const value = attached ?? 'true';
    if (parseGoBoolean(value) === null) {
      throw usage(`"${value.slice(0, 100)}" is not a value for ${name}`, `write ${name} or ${name}=false`);
    }
    scan.tokens.push({ kind: 'option', option, value, first: at, count: 1 });
    return 1;
  }
  const value = attached ?? scan.args[at + 1];
  if (value === undefined) throw usage(`${name} needs a value`, `write ${name} VALUE or ${name}=VALUE`);
  const count = attached === null ? 2 : 1;
  scan.tokens.push({ kind: 'option', option, value, first: at, count });
  return count;
}

function takeLong(scan: Scan, at: number, argument: string): number {
  const equals = argument.indexOf('=');
  const name = argument.slice(2, equals < 0 ? undefined : equals);
  if (name === '' || name.startsWith('-')) {
    throw usage(`"${argument.slice(0, 100)}" is not an option`, 'an option is written --name or --name=value');
  }
  const option = scan.table.byName.get(name);
  if (option !== undefined) return takeOption(scan, at, option, equals < 0 ? null : argument.slice(equals + 1));
  scan.tokens.push({ kind: 'unknown', written: argument, selfContained: equals >= 0, first: at, count: 1 });
  return 1;
}

/** Takes a cluster of letters: `-q`, `-qf x`, `-fx`, `-f=x`. What follows an unknown letter may be its value and is left alone. */
function takeLetters(scan: Scan, at: number, argument: string): number {
  for (let position = 1; position < argument.length; position += 1) {
    const option = scan.table.byLetter.get(argument[position] ?? '');
    const rest = argument.slice(position + 1);
    if (option === undefined) {
      scan.tokens.push({ kind: 'unknown', written: argument, selfContained: rest !== '', first: at, count: 1 });
      return 1;
    }
    if (rest.length > 1 && rest.startsWith('=')) return takeOption(scan, at, option, rest.slice(1));
    if (option.takes === 'value') return takeOption(scan, at, option, rest === '' ? null : rest);
    takeOption(scan, at, option, null);
  }
  return 1;
}

/**
 * Reads a command line as github.com/spf13/pflag does with options and other arguments mixed: `--x v`, `--x=v`, `-x v`,
 * `-xv`, `-x=v`, booleans together (`-qf v`), everything after `--` positional, and an option that takes a value takes the
 * next argument whatever it looks like. Options that `table` does not hold become `unknown`, without a value; whether the
 * argument after one is its value cannot be known and is for the caller to decide.
 * @throws VerifyError `usage.invalid` where a known option lacks its value, or a boolean has one that is none
 */
export function scanArguments(args: readonly string[], table: OptionTable): readonly ArgumentToken[] {
  const scan: Scan = { args, table, tokens: [] };
  let at = 0;
  while (at < args.length) {
    const argument = args[at] ?? '';
    if (argument === '--') {
      scan.tokens.push({ kind: 'terminator', first: at, count: 1 });
      args.slice(at + 1).forEach((value, offset) => {
        scan.tokens.push({ kind: 'positional', value, first: at + 1 + offset, count: 1 });
      });
      return scan.tokens;
    }
    if (argument.startsWith('--')) at += takeLong(scan, at, argument);
    else if (argument.length > 1 && argument.startsWith('-')) at += takeLetters(scan, at, argument);
    else {
      scan.tokens.push({ kind: 'positional', value: argument, first: at, count: 1 });
      at += 1;
    }
  }
  return scan.tokens;
}
