/** Options without a value that stand for themselves alone, taken out of a command line that also holds Docker's. */
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
