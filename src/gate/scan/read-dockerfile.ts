import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { resolveLocalDockerfile, Unread } from '../../context/index.ts';
import {
  type BuildTarget,
  namedFrom,
  nearestFile,
  readBoundedFile,
  reasonOfUnread,
  type SourcePin,
  systemCode,
  type Unknown,
  VerifyError,
} from '../../model/index.ts';
import type { Session } from '../session/session.ts';
import type { StandardInput } from '../session/standard-input.ts';
import type { ContextDockerfile, ContextReader } from './context-reader.ts';

/** BuildKit reads a Dockerfile of at most this many bytes from anywhere (buildkit, frontend/dockerui). */
const largestDockerfile = 16 * 1024 * 1024;

/** A Dockerfile that was read, or why it cannot be before the build. */
export type DockerfileText =
  | {
      readonly kind: 'text';
      readonly file: string;
      readonly bytes: Uint8Array;
      /** What holds the builder to the context that it was read from; null where nothing has to. */
      readonly pin: SourcePin | null;
    }
  | { readonly kind: 'unknown'; readonly file: string; readonly reason: Unknown['reason'] };

function unreadable(written: string, cause: unknown): VerifyError {
  const code = systemCode(cause);
  const other = cause instanceof Unread ? cause.message : `it is no file, or has more than ${largestDockerfile} bytes`;
  return new VerifyError(
    'dockerfile.unreadable',
    `cannot read ${written}: ${code === '' ? other : reasonOfUnread(cause)}`,
    {
      hint: code === 'EACCES' || code === 'EPERM' ? 'see who may read it' : 'name a file that BuildKit would read',
      place: { file: written },
      cause,
    },
  );
}

/** The same name, or nearly the same, in a context that is another folder than the one that `-f` is read from. */
function inContext({ context }: BuildTarget, written: string, current: string): string | null {
  if (context.kind !== 'folder' || isAbsolute(written) || context.path === current) return null;
  const named = join(namedFrom(current, context.path), written);
  const path = join(context.path, written);
  return existsSync(path) ? named : nearestFile(path, named);
}

/** What to write for a Dockerfile that is not there. */
function cureOfMissing(path: string, written: string, there: string | null): string {
  if (there !== null) return `-f starts at the current folder, not at the context: did you mean -f ${there}?`;
  const near = nearestFile(path, written);
  return near === null ? 'name it with -f, or give the folder that holds it' : `did you mean -f ${near}?`;
}

/** A Dockerfile that lies on this machine, with links followed as BuildKit follows them: they never leave its folder. */
async function readLocalFile(path: string, written: string, target: BuildTarget, current: string): Promise<Uint8Array> {
  try {
    const real = await resolveLocalDockerfile(path);
    const bytes = real === null ? null : await readBoundedFile(real, largestDockerfile);
    if (bytes !== null) return bytes;
    const why =
      real === path ? '' : ': it is a link, which BuildKit follows within its own folder only, to no file there';
    throw new VerifyError('dockerfile.missing', `there is no Dockerfile at ${written}${why}`, {
      hint:
        real === path
          ? cureOfMissing(path, written, inContext(target, written, current))
          : 'name what it leads to with -f',
      place: { file: written },
    });
  } catch (cause) {
    throw cause instanceof VerifyError ? cause : unreadable(written, cause);
  }
}

async function head(input: StandardInput): Promise<Buffer> {
  return (await input.kept()).head(largestDockerfile);
}

/** Where Dockerfiles are read from. */
export interface DockerfileSources {
  readonly session: Session;
  readonly input: StandardInput;
  /** Whether remote contexts may be fetched. */
  readonly network: boolean;
  /** Reads contexts that are no folder; opened where one is to be read. */
  readonly reader: () => Promise<ContextReader>;
}

function text(file: string, bytes: Uint8Array): DockerfileText {
  return { kind: 'text', file, bytes, pin: null };
}

/** What was read of a context, or, with a remark why, that only the build can tell. */
function orUnknown(
  sources: DockerfileSources,
  read: ContextDockerfile,
  unknown: { readonly file: string; readonly reason: Unknown['reason']; readonly what: string },
): DockerfileText {
  if (read.kind === 'read') return { kind: 'text', file: read.file, bytes: read.bytes, pin: read.pin };
  sources.session.warn(`${unknown.what} is not read before the build: ${read.reason}`);
  return { kind: 'unknown', file: unknown.file, reason: unknown.reason };
}

async function readInContext(target: BuildTarget, file: string, sources: DockerfileSources): Promise<DockerfileText> {
  const { context } = target;
  if (context.kind === 'stdin') {
    const kept = await sources.input.kept();
    const read = await (await sources.reader()).kept(kept, file);
    return orUnknown(sources, read, { file, reason: 'stdin-context', what: 'the archive on standard input' });
  }
  const unknown = { file, reason: 'remote-context', what: 'the remote context' } as const;
  if ((context.kind !== 'git' && context.kind !== 'http') || !sources.network)
    return { kind: 'unknown', file, reason: 'remote-context' };
  const reader = await sources.reader();
  return orUnknown(sources, await reader[context.kind](context.url, file), unknown);
}

/**
 * The Dockerfile of one target, from where buildx or the builder would take it; standard input is read but not consumed.
 * @throws VerifyError `dockerfile.missing`, `dockerfile.unreadable`
 */
export async function readDockerfile(target: BuildTarget, sources: DockerfileSources): Promise<DockerfileText> {
  const { dockerfile } = target;
  switch (dockerfile.kind) {
    case 'file':
      return text(
        dockerfile.written,
        await readLocalFile(dockerfile.path, dockerfile.written, target, sources.session.environment.workingDirectory),
      );
    case 'inline':
      return text('(inline)', Buffer.from(dockerfile.text));
    case 'stdin':
      return text('-', await head(sources.input));
    case 'remote':
      return { kind: 'unknown', file: dockerfile.url, reason: 'remote-context' };
    case 'in-context':
      return await readInContext(target, dockerfile.path, sources);
  }
}
