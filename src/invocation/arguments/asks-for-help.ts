import { bakeOptions } from '../options/bake-options.ts';
import { buildOptions } from '../options/build-options.ts';
import { optionTable } from '../options/option-table.ts';
import { OptionValues } from '../options/option-values.ts';
import { prefixedOwnOptions } from '../options/own-option-table.ts';
import { scanArguments } from '../options/scan-arguments.ts';

const tables = {
  build: optionTable(buildOptions, prefixedOwnOptions),
  bake: optionTable(bakeOptions, prefixedOwnOptions),
} as const;

/**
 * Whether the arguments of `verb`, ours among them or not, ask for help instead of a build: a `--help` that is not the value of another option.
 * @throws VerifyError `usage.invalid`
 */
export function asksForHelp(args: readonly string[], verb: 'build' | 'bake' = 'build'): boolean {
  return new OptionValues(scanArguments(args, tables[verb])).isOn('help');
}
