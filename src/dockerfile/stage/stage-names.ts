import { readStages } from './read-stages.ts';
import type { StagedDockerfile } from './stages.ts';

/** The names that stages have, each of which can be built by it. */
export function namesOfStages({ stages }: Pick<StagedDockerfile, 'stages'>): readonly string[] {
  return stages.flatMap(({ from: { name } }) => (name === null || name === '' ? [] : [name]));
}

/**
 * The names of a Dockerfile's stages.
 * @throws VerifyError `dockerfile.invalid` with the place
 */
export function stageNames(source: Uint8Array, file: string): readonly string[] {
  return namesOfStages(readStages(source, file));
}
