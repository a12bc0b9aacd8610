import { bakeOptions } from './bake-options.ts';
import { buildOptions } from './build-options.ts';
import { optionTable } from './option-table.ts';
import { OptionValues } from './option-values.ts';
import { prefixedOwnOptions } from './own-option-table.ts';
import { scanArguments } from './scan-arguments.ts';

const tables = {
  build: optionTable(buildOptions, prefixedOwnOptions),
  bake: optionTable(bakeOptions, prefixedOwnOptions),
} as const;

/**
 * Whether the arguments of `verb`, ours among them or not, ask for help instead of a build: a `--help` that is nobody's value.
 * @throws VerifyError `usage.invalid`
 */
export function asksForHelp(args: readonly string[], verb: 'build' | 'bake' = 'build'): boolean {
  return new OptionValues(scanArguments(args, tables[verb])).isOn('help');
}
