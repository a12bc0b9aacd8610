import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Numbered } from './instrument.ts';
import { mutationsOf } from './mutations.ts';

export interface Mutant extends Numbered {
  readonly room: string;
  /** Relative to the project. */
  readonly file: string;
  readonly line: number;
  /** The line it is in, without the space around it. */
  readonly code: string;
  /** What it changes, `before → after`. */
  readonly change: string;
}

export interface Source {
  readonly file: string;
  readonly text: string;
  readonly mutants: readonly Mutant[];
}

/** The sources of the rooms with all their mutants, which are numbered through. */
export async function sourcesOf(project: string, rooms: readonly string[]): Promise<readonly Source[]> {
  const sources: Source[] = [];
  let count = 0;
  for (const room of rooms) {
    const names = await readdir(join(project, 'src', room), { recursive: true });
    for (const name of names.filter((each) => each.endsWith('.ts')).sort()) {
      const file = join('src', room, name);
      const text = await readFile(join(project, file), 'utf8');
      const mutants = mutationsOf(text).map((mutation) => ({
        ...mutation,
        ...placeOf(text, mutation),
        id: count++,
        room,
        file,
      }));
      sources.push({ file, text, mutants });
    }
  }
  return sources;
}

function placeOf(text: string, { start, end, replacement }: { start: number; end: number; replacement: string }) {
  const before = text.slice(0, start).split('\n');
  const code = (text.split('\n')[before.length - 1] ?? '').trim();
  return { line: before.length, code, change: `${short(text.slice(start, end))} → ${short(replacement)}` };
}

function short(code: string): string {
  const line = code.replace(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}

/** `text` with the mutant in it. */
export function mutate(text: string, { start, end, replacement }: Mutant): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

/** `count` of the mutants in a random order that the seed settles. */
export function sample(mutants: readonly Mutant[], count: number, seed: string): readonly Mutant[] {
  const rank = ({ file, start, end, replacement }: Mutant): string =>
    createHash('sha256').update([seed, file, start, end, replacement].join(' ')).digest('hex');
  return mutants
    .map((mutant) => ({ mutant, rank: rank(mutant) }))
    .sort((one, other) => (one.rank < other.rank ? -1 : 1))
    .slice(0, count)
    .map(({ mutant }) => mutant);
}
