import { anyFrontend } from './frontend-release.ts';
import { parseInstructionLines } from './instruction-lines.ts';
import { decodeSource } from './source-lines.ts';
import { groupStages } from './stages.ts';

/**
 * The names that stages of a Dockerfile have, each of which can be built by it.
 * @throws VerifyError `dockerfile.invalid` with the place
 */
export function stageNames(source: Uint8Array, file: string): readonly string[] {
  const { stages } = groupStages(parseInstructionLines(decodeSource(source, file), file, anyFrontend), file);
  return stages.flatMap(({ from: { name } }) => (name === null || name === '' ? [] : [name]));
}
