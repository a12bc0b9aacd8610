import {
  defaultOwnOptions,
  nearestName,
  type OutputFormat,
  type OwnOptions,
  outputFormats,
  VerifyError,
} from '../../model/index.ts';
import { bakeOptions } from '../options/bake-options.ts';
import { buildOptions } from '../options/build-options.ts';
import { type OptionDefinition, type OptionHost, type OptionTable, optionTable } from '../options/option-table.ts';
import { OptionValues } from '../options/option-values.ts';
import {
  bareOwnOptions,
  type DescribedOption,
  definitionOf,
  ownPrefix,
  prefixedOwnOptions,
} from '../options/own-option-table.ts';
import { buildxPolicy, withOption } from '../options/own-option-values.ts';
import { type ArgumentToken, scanArguments } from '../options/scan-arguments.ts';

/**
 * The error for an unknown option that must be one of ours: it begins like them, or (`bare`) is nearly one. No other
 * program would refuse it, and with a typing error in `--verify-policy` that policy would not be in force. Null for any other.
 */
function mistypedOption(token: ArgumentToken, { bare }: { readonly bare: boolean }): VerifyError | null {
  if (token.kind !== 'unknown' || !token.written.startsWith('--')) return null;
  const name = token.written.slice(2).split('=', 1)[0]?.slice(0, 40) ?? '';
  const isPrefixed = name.startsWith(ownPrefix);
  const prefix = isPrefixed ? ownPrefix : '';
  const names = bareOwnOptions.map((option) => option.name);
  const near = nearestName(name.slice(prefix.length), names);
  if (!isPrefixed && !(bare && near !== null)) return null;
  const hint =
    near === null
      ? `ours are ${names.map((each) => `--${prefix}${each}`).join(', ')}`
      : `did you mean --${prefix}${near}?`;
  return new VerifyError('usage.invalid', `there is no option --${name}`, { hint });
}

/** Of a command that builds: ours without the prefix. buildx would refuse it only later, or read it as its own, and the build go unguarded. */
function refuseBare(token: ArgumentToken, args: readonly string[]): void {
  const name = bareName(token);
  if (name === null || !bareOwnOptions.some((option) => option.name === name)) return;
  if (name === 'output' || name === 'quiet') return;
  if (name === 'policy' && buildxPolicy.test(policyValue(token, args))) return;
  throw new VerifyError('usage.invalid', `--${name} is no option of a build`, {
    hint: `ours is written --${ownPrefix}${name}`,
  });
}

function bareName(token: ArgumentToken): string | null {
  if (token.kind === 'option') return token.option.name === 'policy' ? 'policy' : null;
  if (token.kind !== 'unknown' || !token.written.startsWith('--')) return null;
  return token.written.slice(2).split('=', 1)[0] ?? null;
}

function policyValue(token: ArgumentToken, args: readonly string[]): string {
  if (token.kind === 'option') return token.value;
  if (token.kind !== 'unknown') return '';
  return token.selfContained ? token.written.slice('--policy='.length) : (args[token.first + 1] ?? '');
}

/** Where results of a build would go (buildx, util/buildflags/export.go): such a value of `--output` stays Docker's. */
function isBuildOutput(name: string, value: string): boolean {
  return name === 'output' && /(?:^|,)(?:type|dest)=/.test(value);
}

/** One argument that carries a letter of ours and one of Docker's cannot be taken apart. */
function refuseMixed(tokens: readonly ArgumentToken[], taken: ReadonlySet<number>, args: readonly string[]): void {
  const mixed = tokens.find(
    (token) => taken.has(token.first) && !(token.kind === 'option' && token.option.treatment === 'own'),
  );
  if (mixed === undefined) return;
  throw new VerifyError(
    'usage.invalid',
    `"${args[mixed.first]?.slice(0, 100)}" mixes an option of ours with Docker's`,
    {
      hint: 'write each letter apart',
    },
  );
}

/** The option that was probably meant: of letters the same one in the other case, else the shortest that begins so, else the nearest. */
function nearestOption(written: string, definitions: readonly OptionDefinition[]): string | null {
  const letter = /^-[A-Za-z]$/.test(written) ? written.slice(1).toLowerCase() : null;
  const other = definitions.find(({ short }) => short !== null && short.toLowerCase() === letter);
  if (other !== undefined) return `-${other.short}, --${other.name}`;
  const name = written.replace(/^-+/, '');
  const begun = definitions.filter((option) => name.length > 1 && option.name.startsWith(name));
  const [shortest] = begun.toSorted((one, two) => one.name.length - two.name.length);
  const near =
    shortest?.name ??
    nearestName(
      name,
      definitions.map((option) => option.name),
    );
  return near === null ? null : `--${near}`;
}

/** What a command that never builds may be given. */
export interface TakenOptions {
  readonly host: OptionHost;
  /** Those of the command alone. */
  readonly options: readonly DescribedOption[];
  /** Whether it takes ours. */
  readonly own: boolean;
  /** The other commands that have an option of this name. */
  readonly takers?: (option: string) => readonly string[];
}

/** What to do about an option that a command does not have. */
function cureOf(written: string, definitions: readonly OptionDefinition[], takers: readonly string[]): string {
  if (takers.length > 0)
    return `docker verify ${takers.slice(0, 3).join(', ')} ${takers.length === 1 ? 'has' : 'have'} it`;
  if (definitions.length === 0) return 'it takes none';
  const near = nearestOption(written, definitions);
  return near === null ? '--help lists those that it has' : `did you mean ${near}?`;
}

/**
 * Refuses what neither we, nor the command, nor `docker build` have, for commands that never build, so that no other program refuses it.
 * @throws VerifyError `usage.invalid` with the nearest name
 */
export function refuseUnknownOptions(
  rest: readonly string[],
  { host, options, own, takers = () => [] }: TakenOptions = { host: 'build', options: [], own: true },
): void {
  const ours = own ? [...prefixedOwnOptions, ...bareOwnOptions] : [];
  const table = optionTable(dockerOptions[host], ours);
  const unknown = scanArguments(rest, table).find((token) => token.kind === 'unknown');
  if (unknown?.kind !== 'unknown') return;
  const written = unknown.written.split('=', 1)[0]?.slice(0, 60) ?? '';
  const definitions = [...options.map(definitionOf), ...(own ? bareOwnOptions : []), ...dockerOptions[host]];
  const others = written.startsWith('--') ? takers(written.slice(2)) : [];
  throw new VerifyError('usage.invalid', `there is no option ${written}${others.length > 0 ? ' here' : ''}`, {
    hint: cureOf(written, definitions, others),
  });
}

/** `-` stands for standard output where the result goes there anyway; a build's is Docker's alone. */
function settleOutput(own: OwnOptions, bare: boolean): OwnOptions {
  if (own.output !== '-') return own;
  if (bare) return { ...own, output: null };
  throw new VerifyError('usage.invalid', "the report cannot go to standard output, which is Docker's alone", {
    hint: 'name a file; one of that name is written ./-',
  });
}

const dockerOptions: Readonly<Record<OptionHost, readonly OptionDefinition[]>> = {
  build: buildOptions,
  bake: bakeOptions,
  none: [],
};

function tableFor(bare: boolean, host: OptionHost): OptionTable {
  return optionTable(dockerOptions[host], prefixedOwnOptions, bare ? bareOwnOptions : []);
}

/** The options of one command, and the command line without them. */
export interface CommandArguments {
  readonly given: OptionValues;
  readonly others: readonly string[];
}

/**
 * Takes the options that one command of ours has besides everybody's out of `args`. What is the value of another option, or
 * stands after `--`, is left alone.
 * @throws VerifyError `usage.invalid` where a value is missing
 */
export function takeCommandOptions(
  args: readonly string[],
  options: readonly DescribedOption[],
  host: OptionHost,
): CommandArguments {
  const definitions = options.map(definitionOf);
  const own = new Set(definitions);
  const table = optionTable(dockerOptions[host], prefixedOwnOptions, bareOwnOptions, definitions);
  const found = scanArguments(args, table).filter((token) => token.kind === 'option' && own.has(token.option));
  const taken = new Set(found.flatMap(({ first, count }) => [first, first + count - 1]));
  return { given: new OptionValues(found), others: args.filter((_, index) => !taken.has(index)) };
}

/** How our options are recognised among others. */
export interface SplitOptions {
  /** Whether they count without the prefix too. */
  readonly bare?: boolean;
  /** Whose options stand beside them. */
  readonly host?: OptionHost;
  /** What holds where the command line says nothing. */
  readonly defaults?: OwnOptions;
  /** The formats that the command prints. */
  readonly formats?: readonly OutputFormat[];
}

/** A command line without our options, and what they say. */
export interface SplitArguments {
  readonly own: OwnOptions;
  /** Everything that is not ours, as given and in order. */
  readonly rest: readonly string[];
}

/**
 * Takes our options out of `args`: `--verify-…` and, with `bare`, the same without the prefix (a value of
 * `--output` that only a build could have stays Docker's). What is the value of one of Docker's options, or stands after `--`, is not ours whatever it looks like.
 * @throws VerifyError `usage.invalid` for a bad value, and for an option that can only be one of ours mistyped, with the nearest known name
 */
export function splitOwnOptions(
  args: readonly string[],
  { bare = false, host = 'build', defaults = defaultOwnOptions, formats = outputFormats }: SplitOptions = {},
): SplitArguments {
  let own = defaults;
  const taken = new Set<number>();
  const tokens = scanArguments(args, tableFor(bare, host));
  for (const token of tokens) {
    if (!bare) refuseBare(token, args);
    const mistyped = mistypedOption(token, { bare });
    if (mistyped !== null) throw mistyped;
    if (token.kind !== 'option' || token.option.treatment !== 'own') continue;
    const written = token.option.name;
    if (isBuildOutput(written, token.value)) continue;
    own = withOption(
      own,
      written.startsWith(ownPrefix) ? written.slice(ownPrefix.length) : written,
      `--${written}`,
      token.value,
      formats,
    );
    for (let index = token.first; index < token.first + token.count; index += 1) taken.add(index);
  }
  refuseMixed(tokens, taken, args);
  return { own: settleOutput(own, bare), rest: args.filter((_, index) => !taken.has(index)) };
}
