import { defineOptions, optionTable } from '../options/option-table.ts';
import { prefixedOwnOptions } from '../options/own-option-table.ts';
import { scanArguments } from '../options/scan-arguments.ts';

/** Options of `docker buildx debug` and `dap` themselves, 0.29 to 0.36 (buildx, commands/debug.go and commands/dap.go). */
const debuggerOptions = defineOptions([
  ['builder', 'value', 'builder'],
  ['debug,D', 'boolean', 'passed'],
  ['help,h', 'boolean', 'output'],
  ['invoke', 'value', 'passed'],
  ['on', 'value', 'passed'],
]);

const table = optionTable(debuggerOptions, prefixedOwnOptions);

/** What follows `debug` or `dap`, taken apart at its own command. */
export interface DebugArguments {
  /** Options of the debugger, as given. */
  readonly options: readonly string[];
  /** `build`, in whichever spelling, or another word; null where there is none, so that nothing is built. */
  readonly command: string | null;
  /** The command's own arguments; before them what stood in front of it and is understood there too: the builder, and our options. */
  readonly args: readonly string[];
}

/**
 * Takes the arguments of `docker buildx debug` or `dap` apart. What is no option that is known stands for a value or a
 * command that is not known either.
 * @throws VerifyError `usage.invalid`
 */
export function splitDebugArguments(args: readonly string[]): DebugArguments {
  const tokens = scanArguments(args, table);
  const word = tokens.find(({ kind }) => kind === 'positional');
  const end = word?.first ?? args.length;
  const options: string[] = [];
  const moved: string[] = [];
  for (const token of tokens.filter(({ first }) => first < end)) {
    const isMoved = token.kind === 'option' && (token.option.treatment === 'own' || token.option.name === 'builder');
    (isMoved ? moved : options).push(...args.slice(token.first, token.first + token.count));
  }
  const written = word?.kind === 'positional' ? word.value : null;
  return { options, command: written === 'b' ? 'build' : written, args: [...moved, ...args.slice(end + 1)] };
}
