import type { DatabaseSync } from 'node:sqlite';
import { type BuildSummary, parseBoundedJson } from '../model/index.ts';
import { prepared } from './database.ts';

/** A build with what is not known of its software; null where an SBOM that says it is complete covers all of the image. */
export interface Gap {
  readonly summary: BuildSummary;
  readonly reason: string | null;
  /** How far the SBOM that covers it can be trusted; `none` where none does. */
  readonly trust: 'signed' | 'unsigned' | 'none';
}

// Many builds in one row: to make an object of each row takes longer than to find it.
const buildsWithCover = `
SELECT json_group_array(json_array(build.number, json(build.summary), image.known)) AS builds
FROM build LEFT JOIN image ON image.number = build.result WHERE build.number BETWEEN ? AND ?`;

/** Builds that are read at once: some megabytes. */
const many = 10_000;

type CoveredBuild = readonly [number: number, summary: BuildSummary, covered: number | null];

function* coveredBuilds(database: DatabaseSync): Generator<CoveredBuild> {
  const last = Number(database.prepare('SELECT max(number) AS last FROM build').get()?.['last'] ?? 0);
  const statement = database.prepare(buildsWithCover);
  for (let from = 0; from <= last; from += many) {
    const row = statement.get(from, from + many - 1);
    yield* parseBoundedJson(String(row?.['builds'] ?? '[]')) as readonly CoveredBuild[]; // written by the index itself
  }
}

const usesWithoutCover = `
SELECT use.build, use.role, use.name, image.problem, image.faults,
  (SELECT group_concat(DISTINCT sbom.reason) FROM carries JOIN sbom ON sbom.number = carries.sbom
   WHERE carries.image = image.number AND sbom.reason IS NOT NULL) AS reason
FROM use JOIN image ON image.number = use.image
WHERE image.covered = 0 AND use.role <> 'frontend' AND use.role <> 'sbom-generator'`;

function reasonOf(row: Readonly<Record<string, unknown>>): string {
  const { role, name, problem, faults, reason } = row;
  const subject = role === 'result' ? 'what was built' : String(name);
  if (typeof reason === 'string') return `the SBOM of ${subject} cannot be read: ${reason}`;
  if (typeof faults === 'string') return `the SBOM of ${subject} cannot be read: ${faults}`;
  if (typeof problem === 'string') return `the SBOM of ${subject} could not be looked up: ${problem}`;
  return `no complete SBOM of ${subject}`;
}

function describeGap(summary: BuildSummary, covered: number, reasons: readonly string[]): Gap {
  if (covered > 0) return { summary, reason: null, trust: covered === 2 ? 'signed' : 'unsigned' };
  const missing = reasons.length === 0 ? ['no complete SBOM of what was built'] : reasons;
  return { summary, reason: [...new Set(missing)].sort().join('; '), trust: 'none' };
}

/** What is not known of each build, by its number. */
export function gapsOf(database: DatabaseSync): ReadonlyMap<number, Gap> {
  const reasons = new Map<number, string[]>();
  for (const row of database.prepare(usesWithoutCover).iterate()) {
    const build = Number(row['build']);
    const known = reasons.get(build);
    if (known === undefined) reasons.set(build, [reasonOf(row)]);
    else known.push(reasonOf(row));
  }
  const gaps = new Map<number, Gap>();
  for (const [build, summary, covered] of coveredBuilds(database))
    gaps.set(build, describeGap(summary, covered ?? 0, reasons.get(build) ?? []));
  return gaps;
}

/** What is not known of one build. */
export function gapOf(database: DatabaseSync, build: number, summary: BuildSummary, covered: number): Gap {
  const rows = covered > 0 ? [] : prepared(database, `${usesWithoutCover} AND use.build = ?`).all(build);
  return describeGap(summary, covered, rows.map(reasonOf));
}
