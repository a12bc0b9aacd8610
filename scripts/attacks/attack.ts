import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningLab } from '../lab/running-lab.ts';
import { attackImages } from './attack-images.ts';
import { attackProject } from './attack-project.ts';
import type { Bed, Find, Guard } from './bed.ts';
import { makeCast } from './cast.ts';
import { openStage } from './stage.ts';

export interface AttackOptions {
  readonly guard: Guard;
  readonly seed: number;
  /** How many attacks at most. */
  readonly runs: number;
  /** How long at most. */
  readonly milliseconds: number;
  /** These alone, where there are any. */
  readonly cases: readonly number[];
  readonly say: (text: string) => void;
  /** Ends the attacks after the batch that is under way. */
  readonly signal?: AbortSignal;
}

/** What attacks need, and what takes it down again. */
export interface Theatre {
  readonly bed: Omit<Bed, 'guard'>;
  close(): Promise<void>;
}

export interface AttackResult {
  readonly attacks: number;
  readonly built: number;
  /** How often each kind of attack ended how. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly finds: readonly Find[];
}

/** A batch is so many cases, and so many of them are images that are asked about at once; the rest are projects of their own. */
const batchSize = 20;
const images = 16;
const batchOf = (number: number): number => Math.floor(number / batchSize);
const isProject = (number: number): boolean => number % batchSize >= images;

function* batches({ seed, runs, cases }: AttackOptions): Generator<readonly number[]> {
  if (cases.length > 0) {
    yield* cases.map((each) => [each]);
    return;
  }
  for (let from = 0; from < runs; from += batchSize) {
    const count = Math.min(batchSize, runs - from);
    const numbers = Array.from({ length: count }, (_, place) => seed * 1_000_000 + from + place);
    yield numbers.filter((each) => !isProject(each));
    yield* numbers.filter(isProject).map((each) => [each]);
  }
}

/** Has the cast made, and opens the registry that it is served from. */
export async function openTheatre(lab: RunningLab, executable: string): Promise<Theatre> {
  const cast = await makeCast(lab);
  const home = await mkdtemp(join(tmpdir(), 'attack-home-'));
  const stage = await openStage();
  return {
    bed: { lab, executable, home, stage, cast },
    close: async () => {
      await stage.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Attacks until the runs or the time are over, and says what it finds as it finds it. */
export async function attack({ bed }: Theatre, options: AttackOptions): Promise<AttackResult> {
  const { guard, milliseconds, say, seed, signal } = options;
  const begun = Date.now();
  const finds: Find[] = [];
  const kinds: Record<string, number> = {};
  let [attacks, built] = [0, 0];
  for (const numbers of batches(options)) {
    if (Date.now() - begun > milliseconds || signal?.aborted === true) break;
    const [first = 0] = numbers;
    const all: Bed = { ...bed, guard };
    // oxlint-disable-next-line no-await-in-loop
    const done = await (isProject(first) ? attackProject(all, first) : attackImages(all, numbers, batchOf(first)));
    attacks += numbers.length;
    built += done.built;
    for (const [kind, times] of Object.entries(done.kinds)) kinds[kind] = (kinds[kind] ?? 0) + times;
    finds.push(...done.finds);
    for (const { case: number, what, detail } of done.finds) say(`--- case ${number}: ${what}\n${detail}`);
  }
  const ended = Object.entries(kinds).toSorted(([one], [other]) => (one < other ? -1 : 1));
  say(ended.map(([kind, times]) => `${kind}: ${times}`).join(', '));
  const seconds = Math.round((Date.now() - begun) / 1000);
  say(`${finds.length} finds in ${attacks} attacks (${built} built) in ${seconds} s, seed ${seed}, guard ${guard}`);
  return { attacks, built, kinds, finds };
}
