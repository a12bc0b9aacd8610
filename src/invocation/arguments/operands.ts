import type { Environment } from '../../model/index.ts';
import { bakeOptions } from '../options/bake-options.ts';
import { buildOptions } from '../options/build-options.ts';
import { type OptionHost, type OptionTable, optionTable } from '../options/option-table.ts';
import { OptionValues } from '../options/option-values.ts';
import { scanArguments } from '../options/scan-arguments.ts';
import { splitPlatforms } from '../values/platforms.ts';

const table = optionTable(buildOptions);
const hostTables: Readonly<Record<OptionHost, OptionTable>> = {
  build: table,
  bake: optionTable(bakeOptions),
  none: optionTable(),
};

/** What stands on a command line besides options, in order; `host` tells whose options may stand there. */
export function operandsOf(rest: readonly string[], host: OptionHost = 'build'): readonly string[] {
  return scanArguments(rest, hostTables[host]).flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
}

/** The command line without the operands that are named. */
export function withoutOperands(rest: readonly string[], operands: readonly string[]): readonly string[] {
  const unwanted = scanArguments(rest, table).flatMap((token) =>
    token.kind === 'positional' && operands.includes(token.value) ? [token.first] : [],
  );
  return rest.filter((_, index) => !unwanted.includes(index));
}

/** `--platform`, else `DOCKER_DEFAULT_PLATFORM`, as written and split at commas; empty where neither says anything. */
export function requestedPlatforms(rest: readonly string[], environment: Environment): readonly string[] {
  const given = new OptionValues(scanArguments(rest, table)).all('platform');
  return splitPlatforms(
    given.length > 0 ? given : [environment.variables['DOCKER_DEFAULT_PLATFORM'] ?? ''],
    environment,
  );
}
