import { spawnSync } from 'node:child_process';
import { lab, type RunOptions, run } from './lab.ts';
import { executable } from './paths.ts';

/** Whether this machine has what opens a terminal for a program (util-linux, coreutils). */
export const hasTerminals = ['script', 'stty'].every((name) => spawnSync(name, ['--version']).status === 0);

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** What a run wrote to its terminal, byte for byte. */
export interface Painted {
  readonly status: number;
  readonly raw: string;
}

/** Runs the executable in a terminal of its own with so many columns: all its streams are that terminal. */
export async function inTerminal(
  columns: number,
  words: readonly string[],
  { rows = 40, ...options }: RunOptions & { readonly rows?: number } = {},
): Promise<Painted> {
  const command = `stty cols ${columns} rows ${rows} && exec ${[executable, ...words].map(quoted).join(' ')}`;
  const args = ['--quiet', '--return', '--flush', '--command', command, '/dev/null'];
  const { status, stdout } = await run(lab(), 'script', args, { ...options, stdin: '' });
  return { status, raw: stdout };
}

const control = '\u001B';
const anySequence = new RegExp(`${control}\\[[?0-9;]*[A-Za-z]`, 'g');
/** What begins a line anew: to its first column, or all of it taken back. */
const anew = new RegExp(`${control}\\[1?G|${control}\\[2?K|\\r`);

/** The lines that a terminal was given, each as long as it was before it was begun anew, without what paints. */
export function writtenLines({ raw }: Painted): readonly string[] {
  return raw
    .split(/\r?\n/)
    .flatMap((line) => line.split(anew))
    .map((line) => line.replaceAll(anySequence, '').trimEnd());
}

/** The lines that stay on the screen. */
export function screenOf({ raw }: Painted): readonly string[] {
  return raw.split(/\r?\n/).map((line) => (line.split(anew).at(-1) ?? '').replaceAll(anySequence, '').trimEnd());
}

/** Whether anything is painted. */
export function isPainted({ raw }: Painted): boolean {
  return new RegExp(`${control}\\[[1-9][0-9;]*m`).test(raw);
}
