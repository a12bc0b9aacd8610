import { basename } from 'node:path';
import {
  type Environment,
  isRecord,
  recordAt,
  recordsOf,
  slsaProvenancePrefix,
  textOr,
  tryParseJson,
} from '../../model/index.ts';
import { askOfRecord } from '../nodes/build-records.ts';
import { type NotedTarget, recordsOfTargets } from '../nodes/noted-target.ts';
import type { Programs } from '../programs/programs.ts';
import {
  coversPlatforms,
  mergePredicates,
  metadataByTarget,
  normalizedPlatform,
  provenanceKey,
  readBuildMetadata,
} from './provenance.ts';

/** A target that was built. */
export interface BuiltTarget extends NotedTarget {
  /** What it was built for, normalised, each once. */
  readonly platforms: readonly string[];
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

/** A provenance that a record holds, and how buildx is asked for it. */
interface HeldProvenance {
  /** Normalised; null where the record is of one platform and does not name it. */
  readonly platform: string | null;
  readonly args: readonly string[];
}

async function ask({ programs, environment }: SpreadQuestion, record: string, args: readonly string[]) {
  const answer = await askOfRecord(programs, environment, record, ['history', 'inspect', ...args]).catch(() => null);
  return answer?.status === 0 ? (tryParseJson(answer.stdout) ?? null) : null;
}

/** All that a record lists; where it lists nothing (buildx before 0.21), what it may hold for these platforms. */
async function provenancesIn(
  question: SpreadQuestion,
  record: string,
  platforms: readonly string[],
): Promise<readonly HeldProvenance[]> {
  const id = basename(record);
  const listing = await ask(question, record, ['--format', 'json', id]);
  if (!isRecord(listing)) {
    const args = ['attachment', '--type', 'provenance', '--platform'];
    return platforms.map((platform) => ({ platform, args: [...args, platform, id] }));
  }
  const listed = recordsOf(listing['Attachments']).filter((entry) =>
    textOr(entry['Type'], '').startsWith(slsaProvenancePrefix),
  );
  return listed.map((entry) => {
    const platform = textOr(entry['Platform'], null);
    const digest = textOr(entry['Digest'], '');
    return { platform: platform === null ? null : normalizedPlatform(platform), args: ['attachment', id, digest] };
  });
}

/** The predicates that a record holds, each with its platform. */
async function readProvenances(
  question: SpreadQuestion,
  record: string,
  platforms: readonly string[],
): Promise<readonly (readonly [platform: string | null, predicate: Readonly<Record<string, unknown>>])[]> {
  const held = await provenancesIn(question, record, platforms);
  const read = await Promise.all(
    held.map(async ({ platform, args }) => [platform, await ask(question, record, args)] as const),
  );
  return read.flatMap(([platform, predicate]) => (isRecord(predicate) ? [[platform, predicate] as const] : []));
}

async function recordsOfTarget(
  question: SpreadQuestion,
  ref: string | null,
  target: BuiltTarget,
): Promise<readonly string[]> {
  const all = (await question.newRecords()).filter((record) => record.startsWith(`${question.builder}/`));
  // one build has one identifier on all nodes that it goes to
  if (ref !== null) return [...new Set([ref, ...all.filter((record) => basename(record) === basename(ref))])];
  return await recordsOfTargets(question.environment, all, [target]);
}

async function completeTarget(question: SpreadQuestion, metadata: unknown, target: BuiltTarget): Promise<unknown> {
  const { platforms } = target;
  const recorded = readBuildMetadata(metadata);
  if (recorded.materials !== null && (platforms.length < 2 || coversPlatforms(recorded, platforms))) return metadata;
  const records = await recordsOfTarget(question, recorded.ref, target);
  const read = (await Promise.all(records.map((record) => readProvenances(question, record, platforms)))).flat();
  const found = platforms.flatMap((platform) => {
    // a platform that was asked for alone may be kept under another spelling of it, or under none
    const fitting = platforms.length < 2 ? read : read.filter(([of]) => of === platform);
    // where another build of the same context cannot be distinguished from ours, what either used must have been verified
    const merged = mergePredicates(fitting.map(([, predicate]) => predicate));
    return fitting.length === 0 ? [] : [[`${provenanceKey}/${platform}`, merged] as const];
  });
  const ref = recorded.ref ?? records[0];
  const noted = ref === undefined ? {} : { 'buildx.build.ref': ref };
  return { ...Object.fromEntries(found), ...noted, ...recordAt(metadata) };
}

/**
 * Completes what buildx wrote of a build. Where it was spread over several nodes, the metadata holds the provenance of one
 * of them, or none where the parts were pushed as one; where one platform was built in the form for several (named twice,
 * or by `BUILDKIT_MULTI_PLATFORM`), it holds none. What is missing is read from the nodes' own records of the build; what is
 * not found there stays missing.
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
