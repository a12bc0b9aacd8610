import { dockerFlagTable } from '../model/index.ts';

const long: ReadonlyMap<string, boolean> = new Map(dockerFlagTable.map(({ name, takesValue }) => [name, takesValue]));
const letters: ReadonlyMap<string, string> = new Map(
  dockerFlagTable.flatMap(({ letter, name }) => (letter === null ? [] : [[letter, name] as const])),
);

function lettersLength(argument: string): 0 | 1 | 2 {
  for (let position = 1; position < argument.length; position += 1) {
    const name = letters.get(argument[position] ?? '');
    if (name === undefined) return 0;
    if (argument[position + 1] === '=') return 1;
    if (long.get(name) === true) return position === argument.length - 1 ? 2 : 1;
  }
  return 1;
}

/** How many arguments a global flag that begins with `argument` takes, itself included; 0 where it is none. */
export function dockerFlagLength(argument: string): 0 | 1 | 2 {
  if (!argument.startsWith('-') || argument === '-' || argument === '--') return 0;
  if (!argument.startsWith('--')) return lettersLength(argument);
  const [name = ''] = argument.slice(2).split('=', 1);
  const takesValue = long.get(name);
  if (takesValue === undefined) return 0;
  return takesValue && !argument.includes('=') ? 2 : 1;
}

/**
 * The value of the last `--NAME` (or its letter) among `flags`, which hold nothing but Docker's global flags; null where it is absent.
 */
export function dockerFlagValue(flags: readonly string[], name: string): string | null {
  let value: string | null = null;
  for (let at = 0; at < flags.length; ) {
    const argument = flags[at] ?? '';
    const length = dockerFlagLength(argument);
    if (length === 0) break;
    const letter = dockerFlagTable.find((flag) => flag.name === name)?.letter ?? '';
    if (argument === `--${name}` || (letter !== '' && argument === `-${letter}`)) value = flags[at + 1] ?? null;
    else if (argument.startsWith(`--${name}=`)) value = argument.slice(name.length + 3);
    else if (letter !== '' && argument.startsWith(`-${letter}`) && !argument.startsWith('--')) {
      value = argument.slice(2).replace(/^=/, '');
    }
    at += length;
  }
  return value;
}
