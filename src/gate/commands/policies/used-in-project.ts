import { dirname, relative } from 'node:path';
import type { Programs } from '../../../builder/index.ts';
import { stageNames } from '../../../dockerfile/index.ts';
import { parseBuildArguments } from '../../../invocation/index.ts';
import { type BuildTarget, type CanonicalName, readBoundedFile, VerifyError } from '../../../model/index.ts';
import { programsFor } from '../../run/plan/builder-readiness.ts';
import { everyTarget, type SurveySource } from '../../run/plan/found-targets.ts';
import { type BuildFile, findBuildFiles } from '../../scan/find-build-files.ts';
import { loadTargets, scanTargets } from '../../scan/scan-targets.ts';
import { machinePlatform } from '../../session/default-platform.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';

const largestDockerfile = 4_194_304;

/** The options that build each of what a Dockerfile can build: its last stage, and every other one that has a name. */
async function targetsOf(file: string): Promise<readonly (readonly string[])[]> {
  const bytes = await readBoundedFile(file, largestDockerfile);
  return bytes === null ? [] : [[], ...stageNames(bytes, file).map((name) => ['--target', name])];
}

/** Every target that a file describes: of a Dockerfile, whichever stage is built. */
async function targetsIn(file: BuildFile, source: SurveySource): Promise<readonly BuildTarget[]> {
  if (file.kind === 'definition') return await everyTarget(file, source);
  const [path = file.folder] = file.paths;
  const options = await targetsOf(path);
  const { environment } = source.session;
  return options.flatMap(
    (target) => parseBuildArguments(['-f', path, ...target, dirname(path)], environment).invocation.targets,
  );
}

/** Files by their usual names, of which none may be missing. */
async function everyBuildFile(folder: string): Promise<readonly BuildFile[]> {
  const { files, unreadable } = await findBuildFiles(folder, 'passed-over');
  const [first] = unreadable;
  if (first === undefined) return files;
  const named = relative(folder, first.folder) || first.folder;
  throw new VerifyError('dockerfile.unreadable', `the folder ${named} cannot be read: ${first.reason}`, {
    hint: 'see who may read it, or take out by hand what is not used',
  });
}

/**
 * The images that the Dockerfiles of a project name, whichever stage is built, and its bake and compose files, whichever target.
 * @throws VerifyError `dockerfile.*`, `usage.*` where one of them, or a folder, cannot be read: what it uses is not known
 */
export async function usedInProject(
  session: Session,
  folder: string,
  input: StandardInput,
): Promise<ReadonlySet<CanonicalName>> {
  const { environment } = session;
  let found: Promise<Programs> | null = null;
  const programs = (): Promise<Programs> => {
    found ??= programsFor(session);
    return found;
  };
  const names = new Set<CanonicalName>();
  const scanFile = async (file: BuildFile): Promise<void> => {
    try {
      const targets = await targetsIn(file, { session, input, args: [], programs });
      const loaded = await loadTargets(targets, { session, input, network: false });
      const { images, unknown } = scanTargets(loaded, machinePlatform(environment), new Map());
      for (const { name } of images) names.add(name);
      if (unknown.length > 0)
        throw new VerifyError('dockerfile.unreadable', 'only the build itself shows what it uses');
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error;
      const named = file.paths.map((path) => relative(folder, path)).join(' + ');
      throw new VerifyError('dockerfile.unreadable', `what ${named} uses could not be read: ${error.message}`, {
        hint: 'mend that file, or take out by hand what is not used',
        cause: error,
      });
    }
  };
  await Promise.all((await everyBuildFile(folder)).map(scanFile));
  return names;
}
