import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Match, type Question, type SbomPackage, type VexStatement, vexOf } from '../inventory/index.ts';
import {
  type BuildSummary,
  type ExposedThrough,
  type ExposureRow,
  type ExposureState,
  type ImageRole,
  parseBoundedJson,
  type Signer,
} from '../model/index.ts';
import { prepared } from './database.ts';
import { type Answers, allOfRest, newestOfRest, type Stated } from './rest.ts';

/** A package in a document, with one use of an image that carries it. */
interface Hit {
  readonly match: Match;
  readonly found: SbomPackage;
  readonly build: number;
  readonly role: ImageRole | 'result';
  readonly name: string | null;
  readonly digest: string;
  readonly trust: 'signed' | 'unsigned';
  readonly signer: Signer | null;
}

const hitsOfName = `
SELECT listed.content, listed.number AS number, carries.trust, carries.signer, use.build, use.role, use.name, image.digest
FROM package
JOIN listed ON listed.number = package.number
JOIN carries ON carries.sbom = package.sbom
JOIN image ON image.number = carries.image
JOIN use ON use.image = carries.image
WHERE package.name = ?`;

function hitsOf(statement: StatementSync, question: Question): readonly Hit[] {
  const matches = new Map<number, { readonly found: SbomPackage; readonly match: Match | null }>();
  const hits = new Map<string, Hit>();
  for (const name of question.names) {
    for (const row of statement.iterate(name)) {
      const number = Number(row['number']);
      let known = matches.get(number);
      if (known === undefined) {
        const found = parseBoundedJson(String(row['content'])) as SbomPackage; // written by the index itself
        known = { found, match: question.match(found) };
        matches.set(number, known);
      }
      if (known.match === null) continue;
      const hit = hitOf(row, known.found, known.match);
      hits.set(`${number} ${hit.build} ${hit.role} ${hit.digest}`, hit);
    }
  }
  return [...hits.values()];
}

function hitOf(row: Readonly<Record<string, unknown>>, found: SbomPackage, match: Match): Hit {
  const { signer } = row;
  return {
    match,
    found,
    build: Number(row['build']),
    role: String(row['role']) as Hit['role'], // one of those that the index was filled with
    name: typeof row['name'] === 'string' ? row['name'] : null,
    digest: String(row['digest']),
    trust: row['trust'] === 'signed' ? 'signed' : 'unsigned',
    signer: typeof signer === 'string' ? (parseBoundedJson(signer) as Signer) : null, // written by the index itself
  };
}

/** Whatever brings a package first stands for it: the base that the image runs on, then the stages, then the image itself. */
const precedence: readonly Hit['role'][] = ['runtime-base', 'build-stage', 'frontend', 'sbom-generator', 'result'];

function byPrecedence(left: Hit, right: Hit): number {
  return precedence.indexOf(left.role) - precedence.indexOf(right.role);
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): ReadonlyMap<Key, readonly Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Whose complete SBOM covers what was built: its own, that of a base that it adds no layer to, or none. */
type Cover = 'own' | 'inherited' | 'none';

/** What is asked of the index once for each build that something was found in. */
class Builds {
  readonly #database: DatabaseSync;
  readonly #summaries = new Map<number, BuildSummary>();
  readonly #covers = new Map<number, Cover>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  summary(build: number): BuildSummary {
    const known = this.#summaries.get(build);
    if (known !== undefined) return known;
    const row = prepared(this.#database, 'SELECT summary FROM build WHERE number = ?').get(build);
    const summary = parseBoundedJson(String(row?.['summary'])) as BuildSummary; // written by the index itself
    this.#summaries.set(build, summary);
    return summary;
  }

  cover(build: number): Cover {
    const known = this.#covers.get(build);
    if (known !== undefined) return known;
    const sql =
      'SELECT image.covered FROM build JOIN image ON image.number = build.result WHERE build.number = ? AND image.known > 0';
    const covered = prepared(this.#database, sql).get(build)?.['covered'];
    const cover = covered === undefined ? 'none' : covered === 0 ? 'inherited' : 'own';
    this.#covers.set(build, cover);
    return cover;
  }

  /** Whether a complete SBOM covers what was built. */
  isCovered(build: number): boolean {
    return this.cover(build) !== 'none';
  }

  /** The base that brought a layer, where the image runs on one whose layers are known. */
  baseOfLayer(build: number, layer: string): ExposedThrough | null {
    const sql =
      "SELECT use.name, image.digest FROM use JOIN image ON image.number = use.image, json_each(image.layers) AS layer WHERE use.build = ? AND use.role = 'runtime-base' AND layer.value = ?";
    const row = prepared(this.#database, sql).get(build, layer);
    return row === undefined
      ? null
      : { role: 'runtime-base', name: String(row['name']), digest: String(row['digest']) };
  }
}

function throughOf(builds: Builds, { role, name, digest, found, build }: Hit): ExposedThrough {
  if (role !== 'result') return { role, name, digest };
  const base = found.layer === null ? null : builds.baseOfLayer(build, found.layer);
  return base ?? { role: 'own-layer', name: null, digest: null };
}

/** In the image that was made: its own SBOM lists it, or it lies in the base and no whole SBOM of the image itself says otherwise. */
function isInRuntime(builds: Builds, hits: readonly Hit[], build: number): boolean | null {
  if (hits.some(({ role }) => role === 'result')) return true;
  const cover = builds.cover(build);
  if (cover === 'own') return false;
  if (hits.some(({ role }) => role === 'runtime-base')) return true;
  if (cover === 'inherited') return false;
  // what a stage held may have been copied
  return hits.some(({ role }) => role === 'build-stage') ? null : false;
}

function vexOfHit(
  builds: Builds,
  question: Question,
  statements: readonly VexStatement[],
  hit: Hit,
): VexStatement | null {
  if (statements.length === 0) return null;
  const { tags, pushed, digest, imageId } = builds.summary(hit.build);
  const via = throughOf(builds, hit);
  const names = [...tags, ...pushed, ...(via.name === null ? [] : [via.name])];
  const digests = [digest, imageId, via.digest].filter((one) => one !== null);
  return vexOf(statements, question, hit.found, { digests, names });
}

function rowOf(builds: Builds, question: Question, vex: VexStatement | null, hits: readonly Hit[]): ExposureRow | null {
  const [first] = hits.toSorted(byPrecedence);
  if (first === undefined) return null;
  const { found, build } = first;
  const summary = builds.summary(build);
  const via = throughOf(builds, first);
  const state: ExposureState = first.match === 'affected' && vex !== null ? vex.state : first.match;
  const best = hits.find(({ trust }) => trust === 'signed') ?? first;
  return {
    question: question.label,
    state,
    build: summary,
    package: { name: found.name, version: found.version, purl: found.purl },
    via,
    inRuntime: isInRuntime(builds, hits, build),
    trust: best.trust,
    signer: best.signer,
    vex: vex?.word ?? null,
    reason: null,
  };
}

const stateOrder: readonly ExposureState[] = [
  'affected',
  'under-investigation',
  'unknown',
  'fixed',
  'not-affected',
  'not-found',
];

/** How builds are searched. */
export interface SearchOptions {
  /**
   * Under this label builds in which nothing was found are listed once, for tens of thousands of questions at once; null lists them
   * for each question.
   */
  readonly together?: string | null;
  /** At most so many builds are listed of those in which nothing was found, the newest, and the others counted; null lists all. */
  readonly most?: number | null;
}

interface Found {
  readonly rows: readonly ExposureRow[];
  readonly stated: Stated;
}

function foundBy(
  statement: StatementSync,
  builds: Builds,
  question: Question,
  statements: readonly VexStatement[],
): Found {
  const judged = hitsOf(statement, question).map((hit) => ({ hit, vex: vexOfHit(builds, question, statements, hit) }));
  // packages of one name and version may differ in what they were built from, in their release, and in what VEX says of them
  const byPackage = groupBy(
    judged,
    ({ hit: { build, found, match }, vex }) => `${build} ${found.name} ${found.version} ${match} ${vex?.word}`,
  );
  const rows: ExposureRow[] = [];
  const stated = new Map<number, Set<ExposureState>>();
  for (const together of byPackage.values()) {
    const [first] = together;
    if (first === undefined) continue;
    const { hit, vex } = first;
    const row = rowOf(
      builds,
      question,
      vex,
      together.map((each) => each.hit),
    );
    if (row === null) continue;
    rows.push(row);
    stated.set(hit.build, (stated.get(hit.build) ?? new Set()).add(row.state));
  }
  return { rows, stated };
}

function joined(parts: readonly Stated[]): Stated {
  const all = new Map<number, Set<ExposureState>>();
  for (const part of parts)
    for (const [build, states] of part) all.set(build, new Set([...(all.get(build) ?? []), ...states]));
  return all;
}

/** Answers questions from the index: the worst first, then the newest. */
export function searchBuilds(
  database: DatabaseSync,
  questions: readonly Question[],
  statements: readonly VexStatement[],
  { together = null, most = null }: SearchOptions = {},
): Answers {
  const builds = new Builds(database);
  const statement = prepared(database, hitsOfName);
  const found = questions.map((question) => ({ question, ...foundBy(statement, builds, question, statements) }));
  const isCovered = (build: number): boolean => builds.isCovered(build);
  const restOf = (label: string, stated: Stated): Answers =>
    most === null ? allOfRest(database, label, stated) : newestOfRest(database, label, stated, { most, isCovered });
  const rest =
    together === null
      ? found.map(({ question, stated }) => restOf(question.label, stated))
      : [restOf(together, joined(found.map(({ stated }) => stated)))];
  const rows = [...found, ...rest].flatMap((each) => each.rows);
  return {
    rows: rows.toSorted(
      (left, right) =>
        stateOrder.indexOf(left.state) - stateOrder.indexOf(right.state) ||
        (left.build.id < right.build.id ? 1 : Number(left.build.id !== right.build.id) * -1),
    ),
    unlisted: rest.flatMap(({ unlisted }) => unlisted),
  };
}
