import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../model/index.ts';
import { buildxFolder } from './builder-choice.ts';
import { askBuildx } from './buildx-command.ts';
import { recordAt, textOr, tryParseJson } from './json-shape.ts';
import type { Programs } from './programs.ts';
import type { BuildxResult } from './run-buildx.ts';

const mostRecords = 32;
// file systems keep times coarsely
const clockSlack = 2_000;

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
}

interface Record {
  readonly ref: string;
  readonly time: number;
}

async function entries(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** The builds that buildx has noted since then, newest first: it writes `refs/BUILDER/NODE/ID` before each starts. */
async function recordsSince(
  environment: Environment,
  since: number,
  builder: string | null,
): Promise<readonly string[]> {
  const root = join(buildxFolder(environment), 'refs');
  const found: Record[] = [];
  const builders = builder === null ? (await entries(root)).filter((name) => name !== '__group__') : [builder];
  for (const name of builders) {
    for (const node of await entries(join(root, name))) {
      for (const id of await entries(join(root, name, node))) {
        const info = await stat(join(root, name, node, id)).catch(() => null);
        if (info !== null && info.mtimeMs >= since - clockSlack)
          found.push({ ref: `${name}/${node}/${id}`, time: info.mtimeMs });
      }
    }
  }
  const newest = found.toSorted((left, right) => right.time - left.time);
  return newest.slice(0, mostRecords).map(({ ref }) => ref);
}

async function deniedInRecord(question: DenialQuestion, ref: string): Promise<string | null> {
  const { programs, environment, builder } = question;
  // the record is known by its last part alone, within its builder
  const [name = '', , id = ''] = ref.split('/');
  const option = ['--builder', builder ?? name];
  const answer = await askBuildx(programs, environment, ['history', 'inspect', id, '--format', 'json', ...option]);
  const error = recordAt(tryParseJson(answer.stdout), 'Error');
  return deniedSource(textOr(error['Message'], ''));
}

/** `--check` does not fail as a build does: it puts the error into its result. */
function deniedInCheck(metadata: unknown): string | null {
  const error = recordAt(metadata, 'result.json', 'buildError');
  return deniedSource(textOr(error['message'], ''));
}

/**
 * The source that the policy denied and that ended a failed build, for instance `docker-image://docker.io/library/x:1`;
 * null where it ended otherwise or the builder keeps no record. Read from buildx's history of builds, whose error is a
 * field of its own, never from what the build printed.
 */
export async function readDenial(question: DenialQuestion): Promise<string | null> {
  const { result } = question;
  if (result.status === 0) return null;
  const inCheck = deniedInCheck(result.metadata);
  if (inCheck !== null) return inCheck;
  const refs = await recordsSince(question.environment, result.startedAt, question.builder);
  for (const ref of refs) {
    const denied = await deniedInRecord(question, ref).catch(() => null);
    if (denied !== null) return denied;
  }
  return null;
}
