import { isVerifyError } from '../model/index.ts';
import { anyFrontend } from './frontend-release.ts';
import { parseInstructionLines } from './instruction-lines.ts';
import { decodeSource } from './source-lines.ts';
import { groupStages } from './stages.ts';

/** The names that ARG instructions of a Dockerfile declare, in front of its stages and in them; none where it cannot be read. */
export function declaredArguments(source: Uint8Array, file: string): ReadonlySet<string> {
  try {
    const { globals, stages } = groupStages(parseInstructionLines(decodeSource(source, file), file, anyFrontend), file);
    const inStages = stages.flatMap(({ instructions }) =>
      instructions.flatMap((one) => (one.kind === 'arg' ? one.pairs : [])),
    );
    return new Set([...globals.flatMap(({ pairs }) => pairs), ...inStages].map(({ key }) => key));
  } catch (error) {
    if (isVerifyError(error)) return new Set();
    throw error;
  }
}
