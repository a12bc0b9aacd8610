import { isVerifyError } from '../../model/index.ts';
import { readStages } from './read-stages.ts';

const making = new Set(['run', 'copy', 'add']);

/**
 * Whether the stage that is built (null for the last) has an instruction that surely makes a layer. That it has none says little: what
 * it is built on may, and a `WORKDIR` does where there is no such folder. False where the file cannot be read.
 */
export function surelyAddsLayers(source: Uint8Array, file: string, target: string | null): boolean {
  try {
    const { stages } = readStages(source, file);
    const named = stages.findLast(({ from }) => from.name?.toLowerCase() === target?.toLowerCase());
    const built = target === null ? stages.at(-1) : (named ?? stages[Number(target)]);
    return built?.instructions.some(({ kind }) => making.has(kind)) ?? false;
  } catch (error) {
    if (isVerifyError(error)) return false;
    throw error;
  }
}
