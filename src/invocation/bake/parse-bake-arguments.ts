import { type Environment, isRemoteUrl } from '../../model/index.ts';
import { bakeOptions } from '../options/bake-options.ts';
import { optionTable } from '../options/option-table.ts';
import { OptionValues } from '../options/option-values.ts';
import { type ArgumentToken, scanArguments } from '../options/scan-arguments.ts';
import { builderName } from '../values/builder-name.ts';
import { type OutputOptions, readOutputOptions } from '../values/output-options.ts';

/** A `docker buildx bake` command line, read. What it builds only `buildx bake --print` can tell. */
export interface ParsedBake extends OutputOptions {
  /** Everything for buildx but what decides the definition, in order: what is left to say once that is evaluated. */
  readonly buildArguments: readonly string[];
  /** What to hand to `buildx bake` (with the same standard input) to learn the targets: JSON on its standard output. */
  readonly printArguments: readonly string[];
  /** Values of `--file`, else those of BUILDX_BAKE_FILE; empty for buildx's default names. */
  readonly files: readonly string[];
  /** Where the definition is, if not on this machine. */
  readonly definitionUrl: string | null;
  readonly targets: readonly string[];
  /** Values of `--set`. */
  readonly overrides: readonly string[];
  readonly stdin: 'none' | 'definition';
  readonly builder: string | null;
  /** Whether nothing is built: `--print`, `--list`. Such a call can be handed on as it is. */
  readonly isListing: boolean;
  readonly noCache: boolean;
}

const table = optionTable(bakeOptions);

function bakeFiles(values: OptionValues, { variables, platform }: Environment): readonly string[] {
  const given = values.all('file');
  if (given.length > 0) return given;
  const chosen = variables['BUILDX_BAKE_PATH_SEPARATOR'] ?? '';
  const separator = chosen === '' ? (platform === 'win32' ? ';' : ':') : chosen;
  const preset = (variables['BUILDX_BAKE_FILE'] ?? '').split(separator);
  return preset.map((file) => file.trim()).filter((file) => file !== '');
}

/** `--print` first, since what follows `--` are targets; a progress display would only disturb. */
function printArguments(args: readonly string[], tokens: readonly ArgumentToken[]): readonly string[] {
  const dropped = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option' || token.option.name !== 'progress') continue;
    for (let index = token.first; index < token.first + token.count; index += 1) dropped.add(index);
  }
  return ['--print', '--progress=quiet', ...args.filter((_, index) => !dropped.has(index))];
}

/** Options that change how a definition is built, and not what it says. */
const kept: ReadonlySet<string> = new Set([
  'allow',
  'builder',
  'call',
  'check',
  'debug',
  'metadata-file',
  'policy',
  'progress',
]);

/** What a piece says once the definition is evaluated; an unknown option stays with what follows it, which may be its value. */
function buildArgument(token: ArgumentToken, urls: ReadonlySet<ArgumentToken>): readonly string[] {
  switch (token.kind) {
    case 'option':
      return kept.has(token.option.name) ? [`--${token.option.name}=${token.value}`] : [];
    case 'unknown':
      return [token.written];
    case 'positional':
      return urls.has(token) ? [] : [token.value];
    case 'terminator':
      return ['--'];
  }
}

const listings = ['print', 'list-targets', 'list-variables'];

/**
 * Reads the arguments of `docker buildx bake`, ours already taken out, as buildx 0.29 to 0.36 reads them.
 * @throws VerifyError `usage.invalid`
 */
export function parseBakeArguments(rest: readonly string[], environment: Environment): ParsedBake {
  const tokens = scanArguments(rest, table);
  const values = new OptionValues(tokens);
  const positional = tokens.filter((token) => token.kind === 'positional');
  // the definition, and after it a context for it (buildx, commands/bake.go: bakeArgs)
  const firstName = positional.slice(0, 2).findIndex(({ value }) => !isRemoteUrl(value));
  const urls = positional.slice(0, firstName < 0 ? 2 : firstName);
  const definitionUrl = urls[0]?.value ?? null;
  const files = bakeFiles(values, environment);
  // Beside a remote definition a plain name is a file in it, and cwd:// means this machine.
  const standardInput = definitionUrl === null ? ['-', 'cwd://-'] : ['cwd://-'];
  return {
    ...readOutputOptions(values, environment, ['call', 'check']),
    buildArguments: tokens.flatMap((token) => buildArgument(token, new Set(urls))),
    printArguments: printArguments(rest, tokens),
    files,
    definitionUrl,
    targets: positional.slice(urls.length).map(({ value }) => value),
    overrides: values.all('set'),
    stdin: files.some((file) => standardInput.includes(file)) ? 'definition' : 'none',
    builder: builderName(values, environment),
    isListing: listings.some((name) => values.isOn(name)) || values.last('list') !== null,
    noCache: values.isOn('no-cache'),
  };
}
