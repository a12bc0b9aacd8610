import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import {
  type BuildContext,
  type DockerfileSource,
  isGitUrl,
  isHttpUrl,
  isRemoteUrl,
  nearestFile,
  VerifyError,
} from '../../model/index.ts';

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isFolderSafely(path: string): boolean {
  try {
    return isFolder(path);
  } catch {
    return false; // as buildx: what cannot be looked at is no folder
  }
}

/** The context that a URL names; the caller knows that it is one. */
export function parseRemoteContext(url: string): BuildContext {
  return { kind: isGitUrl(url) ? 'git' : 'http', url };
}

const schemes = [
  ['target:', 'target'],
  ['service:', 'target'],
  ['docker-image://', 'image'],
  ['oci-layout://', 'layout'],
] as const;

/**
 * What `written` (PATH, URL or `-`, or a bake target's `context`) stands for, decided in buildx's order: a folder that exists comes
 * before any URL.
 * @param invalid the code of the error: an argument that names nothing is wrong usage, a file that does so is not valid
 * @throws VerifyError `invalid` where it is neither a folder nor a URL
 */
export function parseContext(
  written: string,
  workingDirectory: string,
  invalid: 'usage.invalid' | 'context.invalid',
): BuildContext {
  if (written === '-') return { kind: 'stdin' };
  const path = resolve(workingDirectory, written);
  if (written !== '' && isFolderSafely(path)) return { kind: 'folder', path };
  if (isRemoteUrl(written)) return parseRemoteContext(written);
  const scheme = schemes.find(([prefix]) => written.startsWith(prefix));
  if (scheme !== undefined) return { kind: scheme[1], value: written };
  if (written !== '' && existsSync(path)) {
    throw new VerifyError(invalid, `the build context "${written.slice(0, 300)}" is a file`, {
      hint: `name a folder; a Dockerfile is named with -f: -f ${written.slice(0, 300)} ${dirname(written)}`,
    });
  }
  const near = nearestFile(path, written);
  throw new VerifyError(invalid, `the build context "${written.slice(0, 300)}" was not found`, {
    hint:
      near === null ? 'name a folder that exists, a git or http URL, or - for standard input' : `did you mean ${near}?`,
  });
}

/** `path`, or its lower-case sibling where only that one exists, as buildx falls back for a file called `Dockerfile`. */
function withLowerCase(path: string): string {
  if (basename(path) !== 'Dockerfile') return path;
  try {
    const names = readdirSync(dirname(path));
    return !names.includes('Dockerfile') && names.includes('dockerfile') ? join(dirname(path), 'dockerfile') : path;
  } catch {
    return path; // the reader of the file says what is wrong with it
  }
}

/** A Dockerfile on this machine, or its lower-case sibling; `written` is how the person names it. */
function localFile(path: string, written: string): DockerfileSource {
  const found = withLowerCase(path);
  return { kind: 'file', path: found, written: found === path ? written : join(dirname(written), 'dockerfile') };
}

function both(): VerifyError {
  return new VerifyError('usage.invalid', 'standard input cannot be both the context and the Dockerfile', {
    hint: 'leave out -f, or name a folder as the context',
  });
}

/**
 * Where the Dockerfile is that `--file` names (null: the default), given the context (buildx, build/opt.go: loadInputs). A relative
 * `--file` is looked for in the working directory beside a folder, and inside any other context.
 * @throws VerifyError `usage.invalid` where context and Dockerfile both claim standard input
 */
export function locateDockerfile(
  file: string | null,
  context: { readonly parsed: BuildContext; readonly written: string },
  workingDirectory: string,
): DockerfileSource {
  const { kind } = context.parsed;
  if (file === '-') {
    if (kind === 'stdin') throw both();
    return { kind: 'stdin' };
  }
  if (file !== null && isHttpUrl(file)) return { kind: 'remote', url: file };
  if (kind === 'folder') {
    if (file !== null) return localFile(resolve(workingDirectory, file), file);
    return localFile(join(context.parsed.path, 'Dockerfile'), join(context.written, 'Dockerfile'));
  }
  if (file === null) return { kind: 'in-context', path: 'Dockerfile' };
  return kind !== 'stdin' && isAbsolute(file) ? localFile(file, file) : { kind: 'in-context', path: file };
}
