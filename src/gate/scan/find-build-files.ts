import { dirname, join, relative, sep } from 'node:path';
import { readBoundedFile, VerifyError } from '../../model/index.ts';
import { isDockerfileName, walkFolders } from './walk-folders.ts';

/** Entries that one search looks at, and how deep it goes: a survey of the whole disk is a slip of the hand. */
const mostEntries = 200_000;
const mostDepth = 64;
const mostFiles = 5000;
const largestIgnoreFile = 1_048_576;

const bakeName = /^docker-bake(?:\.[^/]+)?\.(?:hcl|json)$/;
const composeName = /^(?:docker-)?compose(?:\.[^/]+)?\.ya?ml$/;

/** What one build is described by: a Dockerfile, or bake or compose files that are read together. */
export interface BuildFile {
  readonly kind: 'dockerfile' | 'definition';
  /** Absolute. */
  readonly folder: string;
  /** Absolute; of a Dockerfile one. */
  readonly paths: readonly string[];
}

/** What lies below a folder. */
export interface FoundFiles {
  readonly files: readonly BuildFile[];
  /** Those that lie in folders which `.dockerignore` hides, absolute: they are not looked at. */
  readonly hidden: readonly string[];
  /** Folders that cannot be read, absolute, each with why, in words. */
  readonly unreadable: readonly { readonly folder: string; readonly reason: string }[];
}

/** Whether a folder, relative to the one with the `.dockerignore`, is hidden. */
type IsHidden = (folder: string) => boolean;

/**
 * What the `.dockerignore` of a folder hides. A file that it names is not hidden from a build: BuildKit reads a Dockerfile whatever
 * stands there (buildkit, frontend/dockerui: initContext). So only folders count.
 */
async function hiddenBy(folder: string): Promise<IsHidden> {
  const bytes = await readBoundedFile(join(folder, '.dockerignore'), largestIgnoreFile).catch(() => null);
  if (bytes === null) return () => false;
  const {
    default: { default: ignore },
  } = await import('@balena/dockerignore');
  const rules = ignore().add(
    Buffer.from(bytes)
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .split(/\r?\n/),
  );
  return (path) => path !== '' && rules.ignores(path.split(sep).join('/'));
}

function tooMuch(folder: string, what: string): VerifyError {
  return new VerifyError('dockerfile.unreadable', `${what} below ${folder}`, { hint: 'name a folder further down' });
}

/** The names that buildx looks for, and reads together (buildx, bake/bake.go). */
const plainBake = ['docker-bake.json', 'docker-bake.hcl'];

/** The names that compose looks for; the first that is there counts (compose-spec, 03-compose-file). */
const plainCompose = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/**
 * Files of one kind that lie together, as they are read: the usual ones with what overrides them, and each variant (`compose.prod.yaml`)
 * on top of these, which it seldom makes sense without.
 */
function definitions(folder: string, names: readonly string[], usual: readonly string[]): readonly BuildFile[] {
  const isOverride = (name: string): boolean => /\.override\.[a-z]+$/.test(name);
  const others = names.filter((name) => !usual.includes(name)).toSorted();
  const overrides = usual.length === 0 ? [] : others.filter(isOverride);
  const variants = others.filter((name) => !overrides.includes(name));
  const sets = [[...usual, ...overrides], ...variants.map((name) => [...usual, name])].filter((set) => set.length > 0);
  return sets.map((set) => ({ kind: 'definition', folder, paths: set.map((name) => join(folder, name)) }));
}

function filesIn(folder: string, names: readonly string[]): readonly BuildFile[] {
  const bake = names.filter((name) => bakeName.test(name));
  const compose = names.filter((name) => composeName.test(name));
  // a second of the usual names, which compose does not read by itself, may still be named on a command line
  const [first, ...passedBy] = plainCompose.filter((name) => compose.includes(name));
  const usual = first === undefined ? [] : [first];
  return [
    ...names
      .filter(isDockerfileName)
      .map((name): BuildFile => ({ kind: 'dockerfile', folder, paths: [join(folder, name)] })),
    ...definitions(
      folder,
      bake,
      plainBake.filter((name) => bake.includes(name)),
    ),
    ...definitions(
      folder,
      compose.filter((name) => !passedBy.includes(name)),
      usual,
    ),
    ...passedBy.flatMap((name) => definitions(folder, [name], [name])),
  ];
}

/**
 * Every Dockerfile, bake and compose file below a folder by its usual names, sorted by path. Links to folders are not followed; one to a
 * file is found, and is followed as BuildKit does when it is read.
 * @param root absolute
 * @param ignoreFile whether what `.dockerignore` hides is left out
 * @throws VerifyError `dockerfile.unreadable` where there are too many files
 */
export async function findBuildFiles(
  root: string,
  ignoreFile: 'obeyed' | 'passed-over' = 'obeyed',
): Promise<FoundFiles> {
  const isHidden = ignoreFile === 'obeyed' ? await hiddenBy(root) : () => false;
  const files: BuildFile[] = [];
  const hidden: string[] = [];
  const unreadable: { folder: string; reason: string }[] = [];
  let seen = 0;
  for await (const { folder, depth, entries, below, unreadable: reason } of walkFolders(root)) {
    if (reason !== null) unreadable.push({ folder, reason });
    seen += entries.length;
    if (seen > mostEntries) throw tooMuch(root, `more than ${mostEntries} files lie`);
    if (below.length > 0 && depth === mostDepth) throw tooMuch(root, `folders lie more than ${mostDepth} deep`);
    const names = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name);
    const found = filesIn(folder, names);
    if (isHidden(relative(root, folder))) hidden.push(...new Set(found.flatMap(({ paths }) => paths)));
    else files.push(...found);
    if (files.length > mostFiles) throw tooMuch(root, `more than ${mostFiles} Dockerfiles, bake and compose files lie`);
  }
  const first = ({ paths }: BuildFile): string => paths.join('\0');
  return {
    files: files.toSorted((one, two) => (first(one) < first(two) ? -1 : 1)),
    hidden: hidden.toSorted(),
    unreadable: unreadable.toSorted((one, two) => (dirname(one.folder) < dirname(two.folder) ? -1 : 1)),
  };
}
