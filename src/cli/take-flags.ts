import { VerifyError } from '../gate/index.ts';

/** Options that stand for themselves alone, taken out of a command line that also holds Docker's. */
export interface TakenFlags {
  readonly flags: ReadonlySet<string>;
  readonly others: readonly string[];
}

/** Takes `--NAME` for each of `names` out of `args`; what follows `--` is left alone. */
export function takeFlags(args: readonly string[], names: readonly string[]): TakenFlags {
  const end = args.indexOf('--');
  const isFlag = (word: string, index: number): boolean =>
    (end < 0 || index < end) && word.startsWith('--') && names.includes(word.slice(2));
  const flags = new Set(args.filter(isFlag).map((word) => word.slice(2)));
  return { flags, others: args.filter((word, index) => !isFlag(word, index)) };
}

/**
 * Takes every `--NAME VALUE` and `--NAME=VALUE` out of `args`; what follows `--` is left alone.
 * @throws VerifyError `usage.invalid` where the value is missing
 */
export function takeValues(
  args: readonly string[],
  name: string,
): { readonly values: readonly string[]; readonly others: readonly string[] } {
  const values: string[] = [];
  const others: string[] = [];
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const isAlone = word === `--${name}`;
    if (at >= end || !(isAlone || word.startsWith(`--${name}=`))) {
      others.push(word);
      continue;
    }
    if (isAlone) at += 1;
    const value = isAlone ? args[at] : word.slice(name.length + 3);
    if (value === undefined || value === '') {
      throw new VerifyError('usage.invalid', `--${name} needs a value`, { hint: `write --${name} FILE` });
    }
    values.push(value);
  }
  return { values, others };
}

/**
 * Takes one `--NAME VALUE` or `--NAME=VALUE` out of `args`; null where there is none.
 * @throws VerifyError `usage.invalid` where the value is missing, or given twice
 */
export function takeValue(
  args: readonly string[],
  name: string,
): { readonly value: string | null; readonly others: readonly string[] } {
  const { values, others } = takeValues(args, name);
  if (values.length > 1)
    throw new VerifyError('usage.invalid', `--${name} is given twice`, { hint: `write --${name} once` });
  return { value: values[0] ?? null, others };
}
