import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Environment } from '../model/index.ts';
import { askOfRecord } from './build-records.ts';
import { isRecord, recordAt, tryParseJson } from './json-shape.ts';
import type { Programs } from './programs.ts';
import { mergePredicates, metadataByTarget, provenanceKey, readBuildMetadata, tellsOf } from './provenance.ts';
import { buildxFolder } from './stored-builder.ts';

/** A target that was built. */
export interface BuiltTarget {
  readonly name: string;
  /** What it was built for, normalised, each once. */
  readonly platforms: readonly string[];
  /** Its context as buildx notes it: a path, a URL, or `-`; null where that is not known. */
  readonly context: string | null;
}

/** What was built, and what buildx wrote of it. */
export interface SpreadQuestion {
  readonly programs: Programs;
  readonly environment: Environment;
  readonly verb: 'build' | 'bake';
  /** By name. */
  readonly builder: string;
  readonly metadata: unknown;
  readonly targets: readonly BuiltTarget[];
  /** The records (`builder/node/id`) that appeared while it ran: its own, and those of others at the same time. */
  readonly newRecords: () => Promise<readonly string[]>;
}

/** The provenance that a record holds for a platform; null where it holds none. */
async function provenanceOf(
  { programs, environment }: SpreadQuestion,
  record: string,
  platform: string,
): Promise<unknown> {
  const id = basename(record);
  const args = ['history', 'inspect', 'attachment', '--type', 'provenance', '--platform', platform, id];
  const answer = await askOfRecord(programs, environment, record, args).catch(() => null);
  return answer?.status === 0 ? (tryParseJson(answer.stdout) ?? null) : null;
}

/** Whether buildx noted the record for this target, as far as it says (buildx, localstate). */
async function isOfTarget({ environment }: SpreadQuestion, record: string, target: BuiltTarget): Promise<boolean> {
  const text = await readFile(join(buildxFolder(environment), 'refs', record), 'utf8').catch(() => '');
  const state = recordAt(tryParseJson(text));
  if (state['Target'] !== undefined && state['Target'] !== target.name) return false;
  return target.context === null || state['LocalPath'] === undefined || state['LocalPath'] === target.context;
}

async function recordsOfTarget(
  question: SpreadQuestion,
  ref: string | null,
  target: BuiltTarget,
): Promise<readonly string[]> {
  const all = (await question.newRecords()).filter((record) => record.startsWith(`${question.builder}/`));
  // one build has one identifier on all nodes that it goes to
  if (ref !== null) return all.filter((record) => basename(record) === basename(ref));
  const fitting = await Promise.all(all.map((record) => isOfTarget(question, record, target)));
  return all.filter((_, index) => fitting[index]);
}

async function completeTarget(question: SpreadQuestion, metadata: unknown, target: BuiltTarget): Promise<unknown> {
  const { platforms } = target;
  const told = readBuildMetadata(metadata);
  if (platforms.length < 2 || tellsOf(told, platforms)) return metadata;
  const records = await recordsOfTarget(question, told.ref, target);
  const found = await Promise.all(
    platforms.map(async (platform) => {
      const all = await Promise.all(records.map((record) => provenanceOf(question, record, platform)));
      // where another build of the same context cannot be told from ours, what either used must have been verified
      const predicates = all.filter(isRecord);
      return predicates.length === 0 ? [] : [[`${provenanceKey}/${platform}`, mergePredicates(predicates)] as const];
    }),
  );
  const ref = told.ref ?? records[0];
  const noted = ref === undefined ? {} : { 'buildx.build.ref': ref };
  return { ...Object.fromEntries(found.flat()), ...noted, ...recordAt(metadata) };
}

/**
 * Completes what buildx wrote of a build: where it was spread over several nodes, the metadata holds the provenance of one
 * of them, or none where the parts were pushed as one. The others' is read from the nodes' own records of the build; what is
 * not found stays missing.
 */
export async function completeMetadata(question: SpreadQuestion): Promise<unknown> {
  const { metadata, targets, verb } = question;
  const names = targets.map(({ name }) => name);
  const byTarget = metadataByTarget(metadata, names, verb);
  const completed = await Promise.all(
    targets.map(
      async (target) => [target.name, await completeTarget(question, byTarget.get(target.name), target)] as const,
    ),
  );
  return verb === 'build' ? completed[0]?.[1] : { ...recordAt(metadata), ...Object.fromEntries(completed) };
}
