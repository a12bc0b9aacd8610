import type { DatabaseSync } from 'node:sqlite';
import {
  type BuildSummary,
  type ExposureRow,
  type ExposureState,
  parseBoundedJson,
  type UnlistedRows,
} from '../model/index.ts';
import { prepared } from './database.ts';
import { type Gap, gapOf, gapsOf } from './gaps.ts';

/** What was found in builds, by their numbers. */
export type Stated = ReadonlyMap<number, ReadonlySet<ExposureState>>;

/** Answers, and how many more there are. */
export interface Answers {
  readonly rows: readonly ExposureRow[];
  readonly unlisted: readonly UnlistedRows[];
}

const coveredBuilds = 'SELECT count(*) AS builds FROM build WHERE result IN (SELECT number FROM image WHERE known > 0)';

/** How many builds there are, and of how many a complete SBOM covers what was built. */
export function countBuilds(database: DatabaseSync): { readonly all: number; readonly covered: number } {
  // numbers are given one after another, and builds are taken away all at once
  const all = prepared(database, 'SELECT max(number) AS builds FROM build').get()?.['builds'] ?? 0;
  const covered = prepared(database, coveredBuilds).get()?.['builds'] ?? 0;
  return { all: Number(all), covered: Number(covered) };
}

type Quiet = 'unknown' | 'not-found';

// One goes through the builds from the newest on, and is soon done where most are looked for; one is soon done where few are.
const newest: Readonly<Record<Quiet, { readonly ofMany: string; readonly ofFew: string }>> = {
  'not-found': {
    ofMany: `SELECT build.number, build.summary, image.known FROM build JOIN image ON image.number = build.result
WHERE +image.known > 0 ORDER BY build.id DESC`,
    ofFew: `SELECT build.number, build.summary, image.known
FROM (SELECT id FROM build WHERE result IN (SELECT number FROM image WHERE known > 0)) AS few
CROSS JOIN build ON build.id = few.id JOIN image ON image.number = build.result ORDER BY build.id DESC`,
  },
  unknown: {
    ofMany: `SELECT build.number, build.summary, 0 AS known FROM build LEFT JOIN image ON image.number = build.result
WHERE coalesce(image.known, 0) = 0 ORDER BY build.id DESC`,
    ofFew: `SELECT build.number, build.summary, 0 AS known
FROM (SELECT id FROM build WHERE result IN (SELECT number FROM image WHERE known = 0)
  UNION ALL SELECT id FROM build WHERE result IS NULL) AS few
CROSS JOIN build ON build.id = few.id ORDER BY build.id DESC`,
  },
};

/** So many builds are few beside all others: a hundredth. */
const fewOf = 100;

function rowOfGap(question: string, { summary, reason, trust }: Gap): ExposureRow {
  const state: Quiet = reason === null ? 'not-found' : 'unknown';
  const nothing = { package: null, via: null, inRuntime: null, signer: null, vex: null } as const;
  return { question, state, build: summary, ...nothing, trust, reason };
}

/** Builds whose rest says nothing: what was found says more, or all of what was built is known. */
function isAnswered(states: ReadonlySet<ExposureState> | undefined, isKnown: boolean): boolean {
  return states !== undefined && (isKnown || states.has('affected'));
}

/** What builds that hold nothing that is asked about can say: not found, or not known, and why. */
export function allOfRest(database: DatabaseSync, question: string, stated: Stated): Answers {
  const rows = [...gapsOf(database)].flatMap(([build, gap]) =>
    isAnswered(stated.get(build), gap.reason === null) ? [] : [rowOfGap(question, gap)],
  );
  return { rows, unlisted: [] };
}

function listNewest(
  database: DatabaseSync,
  state: Quiet,
  { count, all, most, isPassed }: { count: number; all: number; most: number; isPassed: (build: number) => boolean },
): readonly Gap[] {
  const wanted = Math.min(count, most);
  const listed: Gap[] = [];
  if (wanted === 0) return listed;
  const { ofMany, ofFew } = newest[state];
  const isFew = count < all / fewOf;
  for (const row of prepared(database, isFew ? ofFew : ofMany).iterate()) {
    const build = Number(row['number']);
    if (isPassed(build)) continue;
    const summary = parseBoundedJson(String(row['summary'])) as BuildSummary; // written by the index itself
    listed.push(gapOf(database, build, summary, Number(row['known'])));
    if (listed.length === wanted) break;
  }
  return listed;
}

/** The same, of which at most so many of each state are listed, the newest; the others are counted, and no row is made of them. */
export function newestOfRest(
  database: DatabaseSync,
  question: string,
  stated: Stated,
  { most, isCovered }: { readonly most: number; readonly isCovered: (build: number) => boolean },
): Answers {
  const { all, covered } = countBuilds(database);
  const answered = new Set<number>();
  let coveredOnes = 0;
  for (const [build, states] of stated) {
    const isKnown = isCovered(build);
    if (!isAnswered(states, isKnown)) continue;
    answered.add(build);
    if (isKnown) coveredOnes += 1;
  }
  const counts = {
    unknown: all - covered - (answered.size - coveredOnes),
    'not-found': covered - coveredOnes,
  };
  const isPassed = (build: number): boolean => answered.has(build);
  const states = ['unknown', 'not-found'] as const;
  const parts = states.map((state) => ({
    state,
    listed: listNewest(database, state, { count: counts[state], all, most, isPassed }),
  }));
  return {
    rows: parts.flatMap(({ listed }) => listed.map((gap) => rowOfGap(question, gap))),
    unlisted: parts
      .map(({ state, listed }) => ({ question, state, count: counts[state] - listed.length }))
      .filter(({ count }) => count > 0),
  };
}
