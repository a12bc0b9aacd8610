import { basename, join, resolve } from 'node:path';
import { localImageNames, resolveDockerContext, storedBuilderNames } from '../../../builder/index.ts';
import { declaredArguments, stageNames } from '../../../dockerfile/index.ts';
import { bakeTargetNames, definitionNames } from '../../../invocation/index.ts';
import { type Environment, readBoundedFile } from '../../../model/index.ts';
import { findProjects, readLock, ruledImages } from '../../../policy/index.ts';
import { recentRecords, stateFolder } from '../../../records/index.ts';

/** Milliseconds for the engine: a user who waits longer has typed the word by then. */
const longestWait = 400;
const largestFile = 1024 * 1024;

/**
 * Names that exist on this machine, for a user who begins to type one. Each is asked for on its own; what cannot be read, or soon
 * enough, has no names. Nothing is written, no program is started and no network is used: an engine elsewhere is not asked.
 */
export interface NamesAtHand {
  /** In the engine's own store. */
  images(): Promise<readonly string[]>;
  /** Of the bake or compose files given, else of those that lie here. */
  bakeTargets(files: readonly string[]): Promise<readonly string[]>;
  /** Of a Dockerfile's stages; `file` and `context` as written, null where nothing was said. */
  stages(file: string | null, context: string | null): Promise<readonly string[]>;
  /** That a Dockerfile declares with ARG. */
  buildArguments(file: string | null, context: string | null): Promise<readonly string[]>;
  /** That `docker buildx create` has made. */
  builders(): Promise<readonly string[]>;
  /** By which recorded builds can be named. */
  builds(): Promise<readonly string[]>;
  /** Images that the rules of one's own policies name, and of those given, `*` cut off. */
  ruledImages(policies: readonly string[]): Promise<readonly string[]>;
  lockedImages(): Promise<readonly string[]>;
}

async function textOf(path: string): Promise<Buffer | null> {
  return await readBoundedFile(path, largestFile).catch(() => null);
}

async function dockerfile(
  environment: Environment,
  file: string | null,
  context: string | null,
): Promise<Buffer | null> {
  const folder = resolve(environment.workingDirectory, context ?? '.');
  return await textOf(file === null ? join(folder, 'Dockerfile') : resolve(environment.workingDirectory, file));
}

async function bakeTargets(environment: Environment, files: readonly string[]): Promise<readonly string[]> {
  const names = files.length > 0 ? files : definitionNames;
  const found = await Promise.all(
    names.map(async (name) => {
      const text = await textOf(resolve(environment.workingDirectory, name));
      return text === null ? [] : await bakeTargetNames(basename(name), text.toString('utf8')).catch(() => []);
    }),
  );
  return found.flat();
}

async function lockedImages(environment: Environment): Promise<readonly string[]> {
  const { workingDirectory, homeDirectory, userId } = environment;
  const [{ folder }] = await findProjects(workingDirectory, homeDirectory, userId);
  return Object.keys((await readLock(folder)).images);
}

async function builds(environment: Environment): Promise<readonly string[]> {
  const records = await recentRecords(stateFolder(environment));
  return records.flatMap(({ id, tags }) => [...tags.map((tag) => tag.replace(/^docker\.io\/(?:library\/)?/, '')), id]);
}

/** The names at hand in `environment`. */
export function namesAtHand(environment: Environment): NamesAtHand {
  const settled = (names: Promise<readonly string[]>): Promise<readonly string[]> =>
    names.then(
      (found) => [...new Set(found)].filter((name) => name !== ''),
      () => [],
    );
  const ofDockerfile = async (
    read: (source: Buffer) => Iterable<string>,
    file: string | null,
    context: string | null,
  ): Promise<readonly string[]> => {
    const source = await dockerfile(environment, file, context);
    return source === null ? [] : [...read(source)];
  };
  return {
    images: () => settled(resolveDockerContext(environment).then((endpoint) => localImageNames(endpoint, longestWait))),
    bakeTargets: (files) => settled(bakeTargets(environment, files)),
    stages: (file, context) => settled(ofDockerfile((source) => stageNames(source, 'Dockerfile'), file, context)),
    buildArguments: (file, context) =>
      settled(ofDockerfile((source) => declaredArguments(source, 'Dockerfile'), file, context)),
    builders: () => settled(storedBuilderNames(environment)),
    builds: () => settled(builds(environment)),
    ruledImages: (policies) =>
      settled(
        ruledImages(environment, policies).then((images) => images.map((pattern) => pattern.replace(/\*.*$/, ''))),
      ),
    lockedImages: () => settled(lockedImages(environment)),
  };
}
