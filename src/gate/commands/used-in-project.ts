import { dirname, join, relative } from 'node:path';
import { stageNames } from '../../dockerfile/index.ts';
import { parseBuildArguments } from '../../invocation/index.ts';
import { type CanonicalName, readBoundedFile, VerifyError } from '../../model/index.ts';
import { loadTargets, scanTargets } from '../scan/scan-targets.ts';
import { isDockerfileName, walkFolders } from '../scan/walk-folders.ts';
import { machinePlatform } from '../session/default-platform.ts';
import type { Session } from '../session/session.ts';
import type { StandardInput } from '../session/standard-input.ts';

/** Entries of folders that one search looks at, and bytes of a Dockerfile. */
const mostEntries = 100_000;
const largestDockerfile = 4_194_304;

/** Every Dockerfile below a folder, by its usual names, absolute. */
async function dockerfilesBelow(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  let seen = 0;
  for await (const { folder, entries } of walkFolders(root)) {
    seen += entries.length;
    const files = entries.filter((entry) => entry.isFile() && isDockerfileName(entry.name));
    found.push(...files.map(({ name }) => join(folder, name)));
    if (seen > mostEntries) {
      throw new VerifyError('dockerfile.unreadable', `more than ${mostEntries} files lie below ${root}`, {
        hint: 'take out by hand what is not used',
      });
    }
  }
  return found;
}

/** The options that build each of what a Dockerfile can build: its last stage, and every other one that has a name. */
async function targetsOf(file: string): Promise<readonly (readonly string[])[]> {
  const bytes = await readBoundedFile(file, largestDockerfile);
  return bytes === null ? [] : [[], ...stageNames(bytes, file).map((name) => ['--target', name])];
}

/**
 * The images that the Dockerfiles of a project name, whichever stage is built.
 * @throws VerifyError `dockerfile.*`, `usage.*` where one of them cannot be read: what it uses is not known
 */
export async function usedInProject(
  session: Session,
  folder: string,
  input: StandardInput,
): Promise<ReadonlySet<CanonicalName>> {
  const { environment } = session;
  const names = new Set<CanonicalName>();
  const scanOne = async (file: string, target: readonly string[]): Promise<void> => {
    const args = ['-f', file, ...target, dirname(file)];
    const { targets } = parseBuildArguments(args, environment).invocation;
    const loaded = await loadTargets(targets, { session, input, network: false });
    const { images } = scanTargets(loaded, machinePlatform(environment), new Map());
    for (const { name } of images) names.add(name);
  };
  const scanFile = async (file: string): Promise<void> => {
    try {
      await Promise.all((await targetsOf(file)).map((target) => scanOne(file, target)));
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error;
      const named = relative(folder, file);
      throw new VerifyError('dockerfile.unreadable', `what ${named} uses could not be read: ${error.message}`, {
        hint: 'mend that file, or take out by hand what is not used',
        cause: error,
      });
    }
  };
  await Promise.all((await dockerfilesBelow(folder)).map(scanFile));
  return names;
}
