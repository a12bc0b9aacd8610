import { VerifyError } from '../../model/index.ts';
import { bakeOptions } from '../options/bake-options.ts';
import { buildOptions } from '../options/build-options.ts';
import { optionTable } from '../options/option-table.ts';
import { scanArguments } from '../options/scan-arguments.ts';

const table = optionTable(buildOptions);
const bakeNames: ReadonlySet<string> = new Set(bakeOptions.map(({ name }) => name));

/** Whether a file given with `--file` is a bake or compose file by its name: no Dockerfile ends so. */
function isDefinition(file: string): boolean {
  return /\.(?:hcl|json|ya?ml)$/i.test(file);
}

/**
 * The arguments of `docker buildx bake` that a command line of ours stands for whose `--file` names bake or compose files: what
 * stands behind them are targets, and `.` says nothing. Null where it names a Dockerfile, or none.
 * @throws VerifyError `usage.invalid` for both kinds at once, and for what only a Dockerfile could take
 */
export function definitionArguments(args: readonly string[]): readonly string[] | null {
  const tokens = scanArguments(args, table);
  const files = tokens.flatMap((token) =>
    token.kind === 'option' && token.option.name === 'file' ? [token.value] : [],
  );
  if (!files.some(isDefinition)) return null;
  const other = files.find((file) => !isDefinition(file));
  if (other !== undefined) {
    throw new VerifyError('usage.invalid', `-f ${other.slice(0, 100)} is no bake or compose file, as the others are`, {
      hint: 'check one Dockerfile, or bake and compose files, at a time',
    });
  }
  return tokens.flatMap((token): readonly string[] => {
    if (token.kind === 'positional') return token.value === '.' ? [] : [token.value];
    if (token.kind !== 'option') return [];
    const { name, treatment } = token.option;
    if (bakeNames.has(name)) return [`--${name}=${token.value}`];
    if (treatment !== 'images') return [];
    throw new VerifyError('usage.invalid', `--${name} does not apply to the targets of a bake or compose file`, {
      hint: 'write it into that file, for each target',
    });
  });
}

/**
 * The arguments of `docker buildx bake` for bake or compose files that are found and not named: of the options given only those that
 * say how buildx is to be asked. What they say of images is written in the files themselves.
 */
export function foundDefinitionArguments(args: readonly string[], files: readonly string[]): readonly string[] {
  const options = scanArguments(args, table).flatMap((token) =>
    token.kind === 'option' && token.option.name === 'builder' ? [`--builder=${token.value}`] : [],
  );
  return [...options, ...files.map((file) => `--file=${file}`)];
}

/** Whether `--file` is given. */
export function namesFile(args: readonly string[]): boolean {
  return scanArguments(args, table).some((token) => token.kind === 'option' && token.option.name === 'file');
}
