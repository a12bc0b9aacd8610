import { realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type CheckedOut, Unread } from '../../../context/index.ts';
import { type BuildRecord, makeFolder, pathWithin, VerifyError } from '../../../model/index.ts';
import type { Session } from '../../session/session.ts';
import { dockerfileBeside, type FoundDockerfile, findDockerfile, missingValues } from './rebuild-plan.ts';

/** What keeps a rebuild from being made or compared. It is an answer and no accident, so a command reports it. */
export class Missing extends Error {
  readonly missing: readonly string[];

  constructor(missing: readonly string[]) {
    super(missing.join('; '));
    this.missing = missing;
  }
}

/** For git, milliseconds: a repository may be large. */
const mostGitTime = 10 * 60_000;

/** What is built from. */
export interface Sources {
  readonly dockerfile: string;
  readonly context: string;
  /** Seconds: the commit's, or that of the build. */
  readonly time: number;
  /** The folder as it lies; null for a commit. */
  readonly folder: string | null;
}

/** A record whose sources are wanted. */
export interface SourceRequest {
  readonly session: Session;
  readonly record: BuildRecord;
  /** A folder that the person named, as written; null for none. */
  readonly given: string | null;
  /** Private; everything is written below it. */
  readonly into: string;
}

function whole(record: BuildRecord, dockerfile: FoundDockerfile | null, where: string): FoundDockerfile {
  if (dockerfile === null) throw new Missing([`the Dockerfile: no file of ${where} has the bytes that were built`]);
  const values = missingValues(record, dockerfile.bytes);
  if (values.length > 0) throw new Missing(values);
  return dockerfile;
}

async function checkOut(request: SourceRequest, folder: string | null, remote: string | null): Promise<CheckedOut> {
  const { checkOutCommit } = await import('../../../context/index.ts');
  const { session, record, into } = request;
  const { environment, signal } = session;
  const place = join(into, 'checkout');
  await makeFolder(place);
  // the search for the project's policy ends here, as it did at the top of the checkout that was built
  await makeFolder(join(place, '.git'));
  return await checkOutCommit({
    commit: record.context.commit ?? '',
    folder,
    remote,
    subdirectory: record.context.subdirectory ?? '',
    into: place,
    environment,
    signal: AbortSignal.any([signal, AbortSignal.timeout(mostGitTime)]),
  });
}

/** The context in a checkout: never what a link in it, or a path of the record, would lead to outside. */
async function contextIn(tree: string, subdirectory: string): Promise<string> {
  const written = join(tree, subdirectory);
  const [top, real] = await Promise.all([realpath(tree), realpath(written).catch(() => null)]);
  if (real === null || pathWithin(tree, written) === null || pathWithin(top, real) === null)
    throw new Missing([`the context's folder ${subdirectory}: the commit has none of that name within it`]);
  return written;
}

async function fromCommit(record: BuildRecord, { tree, time }: CheckedOut): Promise<Sources> {
  const context = await contextIn(tree, record.context.subdirectory ?? '');
  const { path } = whole(record, await findDockerfile(tree, context, record), 'the commit');
  return { dockerfile: path, context, time, folder: null };
}

async function fromFolder({ record }: SourceRequest, folder: string): Promise<Sources> {
  const { path } = whole(record, await dockerfileBeside(folder, record), folder);
  return { dockerfile: path, context: folder, time: Math.floor(Date.parse(record.time) / 1000), folder };
}

/** The folder that was named: the recorded commit where it is a checkout that has it, clean and whole; else as it lies. */
async function fromGiven(request: SourceRequest, given: string): Promise<Sources> {
  const { session, record } = request;
  const folder = resolve(session.environment.workingDirectory, given);
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() !== true)
    throw new VerifyError('usage.invalid', `${given.slice(0, 200)} is no folder`, {
      hint: 'name the folder that the image was built from',
    });
  if (record.context.commit === null || record.context.dirty !== false) return await fromFolder(request, folder);
  try {
    return await fromCommit(record, await checkOut(request, folder, null));
  } catch (error) {
    if (error instanceof Unread) return await fromFolder(request, folder);
    throw error;
  }
}

/**
 * What a record was built from: the commit that it names, out of the folder that the person gives or that it was built from, else from
 * the remote; a folder that has not got that commit is taken as it lies where the person named it.
 * @throws Missing where it is not to be had; VerifyError `usage.invalid` where what was named is no folder
 */
export async function fetchSources(request: SourceRequest): Promise<Sources> {
  const { record, given } = request;
  if (given !== null) return await fromGiven(request, given);
  const { kind, source, remote, commit } = record.context;
  try {
    const folder = kind === 'folder' && record.pulled === undefined ? source : null;
    return await fromCommit(record, await checkOut(request, folder, remote));
  } catch (error) {
    if (error instanceof Unread) throw new Missing([`commit ${(commit ?? '').slice(0, 12)}: ${error.message}`]);
    throw error;
  }
}
