import {
  defaultOwnOptions,
  type OptionValues,
  type OutputFormat,
  type OwnOptions,
  operandsOf,
  ownDefaults,
  refuseUnknownOptions,
  refuseUnwritableFiles,
  splitOwnOptions,
  takeCommandOptions,
  VerifyError,
} from '../gate/index.ts';
import type { CommandContext, CommandRow } from './command-row.ts';

/** A command line, read by the row of its command. */
export interface ReadArguments {
  readonly own: OwnOptions;
  /** The options of this command alone. */
  readonly given: OptionValues;
  /** What is left: Docker's options and the operands, in order. */
  readonly rest: readonly string[];
  /** What is left besides options. */
  readonly operands: readonly string[];
}

/** Refuses a format that a command does not print: text in its place would be taken for it. */
function refuseFormat(format: OutputFormat, { name, formats, own }: CommandRow): void {
  if (formats.includes(format)) return;
  throw new VerifyError('usage.invalid', `${name} has no format ${format}`, {
    hint: `write --${own === 'prefixed' ? 'verify-' : ''}format ${formats.join('|')}`,
  });
}

/**
 * The options with the format that holds. A default of the environment counts where the command has that format, and a build's
 * machine format only where there is a file for it: standard output is Docker's alone.
 * @throws VerifyError `usage.invalid`
 */
function settleFormat(own: OwnOptions, row: CommandRow): OwnOptions {
  for (const { format } of own.reports) refuseFormat(format, row);
  if (own.formatGiven) {
    refuseFormat(own.format, row);
    if (row.own === 'prefixed' && own.format !== 'text' && own.output === null) {
      throw new VerifyError(
        'usage.invalid',
        `--verify-format ${own.format} needs a file: standard output is Docker's alone`,
        { hint: `write --verify-format ${own.format}=FILE, or add --verify-output FILE` },
      );
    }
    return own;
  }
  const counts = row.formats.includes(own.format) && (row.own !== 'prefixed' || own.output !== null);
  return counts ? own : { ...own, format: row.formats[0] ?? 'text' };
}

/**
 * Refuses an option that stands twice and of which only one value can count, and one without a value (`--verify "$FILE"` in a script that did
 * not set it): each would be dropped without a word.
 */
function refuseDropped(given: OptionValues, { options }: CommandRow): void {
  for (const { name, value, repeatable } of options) {
    if (value === null) continue;
    const values = given.all(name);
    if (values.includes(''))
      throw new VerifyError('usage.invalid', `--${name} is empty`, {
        hint: `write --${name} ${value}, or leave it away`,
      });
    if (!repeatable && values.length > 1)
      throw new VerifyError('usage.invalid', `--${name} is given twice`, { hint: `write --${name} once` });
  }
}

/**
 * Reads the command line of a command: our options, with the environment's defaults, and the command's own taken out. What is
 * wrong with where results should go is said before anything is looked at, not after it.
 * @throws VerifyError `usage.invalid`, `file.unwritable`
 */
export async function readArguments(
  { row, takers, environment }: CommandContext,
  args: readonly string[],
): Promise<ReadArguments> {
  const { host, options } = row;
  const isBare = row.own !== 'prefixed';
  const { given, others } = takeCommandOptions(args, options, host);
  refuseDropped(given, row);
  const takesOwn = row.own !== 'none';
  const { own, rest } = takesOwn
    ? splitOwnOptions(others, {
        bare: isBare,
        host,
        defaults: ownDefaults(environment.variables),
        formats: row.formats,
      })
    : { own: defaultOwnOptions, rest: others };
  if (isBare) refuseUnknownOptions(rest, { host, options, own: takesOwn, takers });
  const settled = settleFormat(own, row);
  const output = own.output === null ? [] : [own.output];
  await refuseUnwritableFiles([...output, ...own.reports.map(({ file }) => file)]);
  const operands = operandsOf(rest, host);
  if (isBare && operands.includes(''))
    throw new VerifyError('usage.invalid', `${row.name} was given an empty argument`, {
      hint: 'leave it away, or see which variable of a script is not set',
    });
  return { own: settled, given, rest, operands };
}

/**
 * The format as one of those that a command prints, which its row names.
 * @throws VerifyError `internal` for another: the row and the command disagree
 */
export function formatOf<Format extends OutputFormat>(format: OutputFormat, formats: readonly Format[]): Format {
  const found = formats.find((each) => each === format);
  if (found === undefined) throw new VerifyError('internal', `${format} is declared but not printed`);
  return found;
}

/**
 * Refuses what stands behind a command that takes nothing.
 * @throws VerifyError `usage.invalid`
 */
export function takesNothing({ operands }: ReadArguments, { name }: CommandRow): void {
  const [found] = operands;
  if (found === undefined) return;
  throw new VerifyError('usage.invalid', `${name} takes nothing, found ${found.slice(0, 100)}`, {
    hint: `see docker verify ${name} --help`,
  });
}

/**
 * The one build that a command is about.
 * @throws VerifyError `usage.invalid` for none, and for several
 */
export function oneBuild({ operands: [wanted, ...others] }: ReadArguments, { name }: CommandRow): string {
  if (wanted !== undefined && others.length === 0) return wanted;
  throw new VerifyError('usage.invalid', `${name} takes one build`, {
    hint: 'name it by id, tag or digest; docker verify records ls lists them',
  });
}
