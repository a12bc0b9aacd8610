import { type Environment, recordAt, textOr, tryParseJson } from '../../model/index.ts';
import { askOfRecord } from '../nodes/build-records.ts';
import { type NotedTarget, recordsOfTargets } from '../nodes/noted-target.ts';
import type { Programs } from '../programs/programs.ts';
import { type BuildxResult, type BuildxRun, lastLineOfCall } from './run-buildx.ts';

const mostRecords = 64;

/**
 * The source that BuildKit's error says was denied by policy; null where it says anything else. The words must end the
 * message, which a command's own text cannot: BuildKit ends those with the exit code.
 */
export function deniedSource(message: string): string | null {
  const found = /(?:^|[\s:])source "([^"\s]{1,2000})" denied by policy(?:: source denied by policy)?$/.exec(
    message.trim(),
  );
  return found?.[1] ?? null;
}

/** A failed build to look for. */
export interface DenialQuestion {
  readonly programs: Programs;
  readonly environment: Environment;
  /** The builder by name, as given to the build; null for the one in use. */
  readonly builder: string | null;
  readonly result: BuildxResult;
  /** What was to be built. */
  readonly targets: readonly NotedTarget[];
  /** The run, where it was a call (`--call`, `--check`, `--print`) and no build; else null. */
  readonly call: BuildxRun | null;
}

/** The records of this build, as far as they can be distinguished from those of others that ran at the same time. */
async function ownRecords({ environment, builder, result, targets }: DenialQuestion): Promise<readonly string[]> {
  const there = (await result.newRecords()).filter((record) => builder === null || record.startsWith(`${builder}/`));
  return await recordsOfTargets(environment, there, targets);
}

async function deniedInRecord({ programs, environment }: DenialQuestion, record: string): Promise<string | null> {
  // a record is known by its last part alone, within its node
  const [, , id = ''] = record.split('/');
  const args = ['history', 'inspect', id, '--format', 'json'];
  const answer = await askOfRecord(programs, environment, record, args);
  const error = recordAt(tryParseJson(answer.stdout), 'Error');
  return deniedSource(textOr(error['Message'], ''));
}

/** `--check` does not fail as a build does: it puts the error into its result, which a bake has for each target. */
function deniedInCheck(metadata: unknown): string | null {
  const results = [metadata, ...Object.values(recordAt(metadata))];
  for (const result of results) {
    const error = recordAt(result, 'result.json', 'buildError');
    const denied = deniedSource(textOr(error['message'], ''));
    if (denied !== null) return denied;
  }
  return null;
}

/** Another call fails with nothing but a message, which buildx itself prints last. */
async function deniedInCall(call: BuildxRun): Promise<string | null> {
  const line = await lastLineOfCall(call);
  return line.startsWith('ERROR: ') ? deniedSource(line) : null;
}

/**
 * The source that the policy denied and that ended a failed build, for instance `docker-image://docker.io/library/x:1`;
 * null where it ended otherwise or the builder keeps no record. Read from buildx's history of builds, whose error is a
 * field of its own, never from what the build printed; of a call, which runs nothing, from its result or its last line.
 */
export async function readDenial(question: DenialQuestion): Promise<string | null> {
  const { result } = question;
  if (result.status === 0) return null;
  const inCheck = deniedInCheck(result.metadata);
  if (inCheck !== null) return inCheck;
  for (const record of (await ownRecords(question)).slice(0, mostRecords)) {
    const denied = await deniedInRecord(question, record).catch(() => null);
    if (denied !== null) return denied;
  }
  return question.call === null ? null : await deniedInCall(question.call).catch(() => null);
}
