import { parseInstructionLines } from '../instruction/instruction-lines.ts';
import { anyFrontend } from '../text/frontend-release.ts';
import { decodeSource } from '../text/source-lines.ts';
import { groupStages, type StagedDockerfile } from './stages.ts';

/**
 * A Dockerfile's stages for commands that do not build them, whatever frontend would read it.
 * @throws VerifyError `dockerfile.invalid` with the place
 */
export function readStages(source: Uint8Array, file: string): StagedDockerfile {
  return groupStages(parseInstructionLines(decodeSource(source, file), file, anyFrontend), file);
}
