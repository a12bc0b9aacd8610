import { createHash } from 'node:crypto';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, posix, sep } from 'node:path';
import { declaredArguments } from '../../../dockerfile/index.ts';
import { type BuildRecord, imageScheme, pathWithin, readBoundedFile } from '../../../model/index.ts';

/** What a record does not say of the files that were built. */
function missingSources({ context }: BuildRecord): readonly string[] {
  return [
    ...(context.kind === 'folder' || context.kind === 'git'
      ? []
      : [
          `a context that can be had again: it came from ${context.kind === 'stdin' ? 'standard input' : (context.source ?? context.kind)}`,
        ]),
    ...(context.commit === null ? ['the commit that was built: the record names none'] : []),
    ...(context.commit !== null && context.dirty !== false ? [dirtyText(context.dirty)] : []),
  ];
}

/**
 * What a record lacks for building it again, for people, before anything is fetched.
 * @param isGiven whether the person named the folder to build from, whatever the record says of it
 */
export function missingFrom(record: BuildRecord, isGiven = false): readonly string[] {
  const { dockerfile, arguments: given, images } = record;
  const { secrets, ssh, contexts } = given;
  const from = Object.entries(contexts).filter(([, value]) => !value.startsWith(imageScheme));
  const unresolved = images.filter(({ digest }) => digest === null).map(({ name }) => name);
  return [
    ...(isGiven ? [] : missingSources(record)),
    ...(dockerfile.sha256 === null ? ['the Dockerfile: the record does not say which it was'] : []),
    ...(secrets.length === 0 ? [] : [`the secrets ${secrets.join(', ')}: no record holds them`]),
    ...(ssh.length === 0 ? [] : [`the ssh agents or keys ${ssh.join(', ')}: no record holds them`]),
    ...(from.length === 0
      ? []
      : [`the named contexts ${from.map(([name]) => name).join(', ')}: what was in them is not recorded`]),
    ...(unresolved.length === 0 ? [] : [`the digest of ${unresolved.join(', ')}: it was not known at the build`]),
  ];
}

function dirtyText(dirty: boolean | null): string {
  return dirty === true
    ? 'the files that were built: the folder had changes that no commit holds'
    : 'the files that were built: whether they were those of the commit is not known';
}

/** Values that the Dockerfile asks for and that the record does not hold. */
export function missingValues(record: BuildRecord, dockerfile: Buffer): readonly string[] {
  const declared = declaredArguments(dockerfile, 'Dockerfile');
  const names = Object.entries(record.arguments.build).flatMap(([name, value]) =>
    value === null && declared.has(name) ? [name] : [],
  );
  return names.length === 0
    ? []
    : [`the values of --build-arg ${names.join(', ')}: no record holds what may be a credential`];
}

/** The Dockerfile of a record in a checkout. */
export interface FoundDockerfile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** BuildKit reads a Dockerfile of at most this many bytes. */
const largestDockerfile = 16 * 1024 * 1024;

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function filesNamed(tree: string, name: string): Promise<readonly string[]> {
  const entries = await readdir(tree, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile() && entry.name === name).map((entry) => join(entry.parentPath, name));
}

/** How many folders at the end of two paths agree: the record's path began in a folder that is not known. */
function agreement(path: string, recorded: string): number {
  const [left, right] = [dirname(path).split(sep).toReversed(), posix.dirname(recorded).split('/').toReversed()];
  const end = left.findIndex((part, index) => part !== right[index]);
  return end < 0 ? left.length : end;
}

/**
 * The file of a checkout that has the bytes of the recorded Dockerfile; of several the one whose path agrees best, since a .dockerignore
 * may lie beside it. Null where none has.
 */
export async function findDockerfile(
  tree: string,
  context: string,
  record: BuildRecord,
): Promise<FoundDockerfile | null> {
  const recorded = (record.dockerfile.path ?? 'Dockerfile').replaceAll('\\', '/');
  const found: FoundDockerfile[] = [];
  for (const path of await filesNamed(tree, basename(recorded))) {
    // oxlint-disable-next-line no-await-in-loop
    const bytes = await readFile(path);
    if (sha256Of(bytes) === record.dockerfile.sha256) found.push({ path, bytes });
  }
  const rank = ({ path }: FoundDockerfile): number => agreement(path, recorded) + (dirname(path) === context ? 0.5 : 0);
  return found.toSorted((left, right) => rank(right) - rank(left))[0] ?? null;
}

/**
 * The file of a folder as it lies that has the bytes of the recorded Dockerfile: at the end of the recorded path, from the longest to
 * the name alone. Null where none has, or what has them lies elsewhere.
 */
export async function dockerfileBeside(folder: string, record: BuildRecord): Promise<FoundDockerfile | null> {
  const parts = (record.dockerfile.path ?? 'Dockerfile').split(/[\\/]/).filter((part) => !/^\.{0,2}$/.test(part));
  const top = await realpath(folder);
  for (const [index] of parts.entries()) {
    const path = join(folder, ...parts.slice(index));
    // oxlint-disable-next-line no-await-in-loop
    const real = await realpath(path).catch(() => null);
    if (real === null || pathWithin(top, real) === null) continue;
    // oxlint-disable-next-line no-await-in-loop
    const bytes = await readBoundedFile(real, largestDockerfile).catch(() => null);
    if (bytes !== null && sha256Of(bytes) === record.dockerfile.sha256) return { path, bytes: Buffer.from(bytes) };
  }
  return null;
}

/** Where and how a rebuild is written. */
export interface RebuildOutput {
  /** For buildx: `--output …`, or what has the engine keep it. */
  readonly args: readonly string[];
  readonly dockerfile: string;
  /** The context's folder, absolute. */
  readonly context: string;
  /** SOURCE_DATE_EPOCH, seconds. */
  readonly time: number;
}

/** The arguments for `docker build` that build a record again, with nothing from the builder's cache. */
export function rebuildArguments(
  record: BuildRecord,
  { args, dockerfile, context, time }: RebuildOutput,
): readonly string[] {
  const { build, contexts, labels = {}, network, hosts = [] } = record.arguments;
  const values = {
    SOURCE_DATE_EPOCH: String(time),
    ...Object.fromEntries(Object.entries(build).filter(([, value]) => value !== null)),
  };
  return [
    '--no-cache',
    '--provenance=false',
    '--sbom=false',
    ...(record.platforms.length === 0 ? [] : ['--platform', record.platforms.join(',')]),
    ...(record.stage === null ? [] : ['--target', record.stage]),
    ...Object.entries(values).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(contexts).flatMap(([name, value]) => ['--build-context', `${name}=${value}`]),
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    ...(network === undefined ? [] : ['--network', network]),
    ...hosts.flatMap((host) => ['--add-host', host]),
    '--file',
    dockerfile,
    ...args,
    context,
  ];
}
