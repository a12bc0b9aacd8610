import { readBoundedFile } from '../builder/index.ts';
import { type BuildTarget, type Unknown, VerifyError } from '../model/index.ts';
import { isArchive, type StandardInput } from './standard-input.ts';

/** BuildKit reads a Dockerfile of at most this many bytes from anywhere (buildkit, frontend/dockerui). */
const largestDockerfile = 16 * 1024 * 1024;

/** A Dockerfile that was read, or why it cannot be before the build. */
export type DockerfileText =
  | { readonly kind: 'text'; readonly file: string; readonly bytes: Uint8Array }
  | { readonly kind: 'unknown'; readonly file: string; readonly reason: Unknown['reason'] };

async function readFileBounded(path: string, written: string): Promise<Uint8Array> {
  const bytes = await readBoundedFile(path, largestDockerfile).catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException; // what node:fs rejects with
    const reason = code ?? `it is no file, or has more than ${largestDockerfile} bytes`;
    throw new VerifyError('dockerfile.unreadable', `cannot read ${written}: ${reason}`, {
      hint: code === undefined ? 'name a file that BuildKit would read' : 'see who may read it',
      place: { file: written },
      cause,
    });
  });
  if (bytes !== null) return bytes;
  throw new VerifyError('dockerfile.missing', `there is no Dockerfile at ${written}`, {
    hint: 'name it with -f, or give the folder that holds it',
    place: { file: written },
  });
}

async function head(input: StandardInput): Promise<Buffer> {
  return (await input.kept()).head(largestDockerfile);
}

/**
 * The Dockerfile of one target, from where buildx would take it; standard input is read but not consumed.
 * @throws VerifyError `dockerfile.missing`, `dockerfile.unreadable`
 */
export async function readDockerfile(target: BuildTarget, input: StandardInput): Promise<DockerfileText> {
  const { dockerfile, context } = target;
  switch (dockerfile.kind) {
    case 'file':
      return {
        kind: 'text',
        file: dockerfile.written,
        bytes: await readFileBounded(dockerfile.path, dockerfile.written),
      };
    case 'inline':
      return { kind: 'text', file: '(inline)', bytes: Buffer.from(dockerfile.text) };
    case 'stdin':
      return { kind: 'text', file: '-', bytes: await head(input) };
    case 'remote':
      return { kind: 'unknown', file: dockerfile.url, reason: 'remote-context' };
    case 'in-context': {
      if (context.kind !== 'stdin') return { kind: 'unknown', file: dockerfile.path, reason: 'remote-context' };
      const bytes = await head(input);
      return isArchive(bytes)
        ? { kind: 'unknown', file: dockerfile.path, reason: 'stdin-context' }
        : { kind: 'text', file: '-', bytes };
    }
  }
}
