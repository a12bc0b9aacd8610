import { parseBuildArguments } from '../../../invocation/index.ts';
import { type Environment, isVerifyError } from '../../../model/index.ts';
import { findBuildFiles } from '../../scan/find-build-files.ts';

/**
 * The Dockerfiles below a folder, by their usual names, that these arguments of a build do not name; absolute. None where there are too
 * many files to look through: that such files lie here is a word in passing.
 */
export async function otherDockerfiles(
  folder: string,
  args: readonly string[],
  environment: Environment,
): Promise<readonly string[]> {
  const { targets } = parseBuildArguments(args, environment).invocation;
  const read = new Set(targets.map(({ dockerfile }) => (dockerfile.kind === 'file' ? dockerfile.path : null)));
  try {
    const { files } = await findBuildFiles(folder);
    return files.flatMap(({ kind, paths }) => (kind === 'dockerfile' ? paths.filter((path) => !read.has(path)) : []));
  } catch (error) {
    if (isVerifyError(error)) return [];
    throw error;
  }
}
