import { isVerifyError } from '../../model/index.ts';
import { readStages } from './read-stages.ts';

/** The names that ARG instructions of a Dockerfile declare, in front of its stages and in them; none where it cannot be read. */
export function declaredArguments(source: Uint8Array, file: string): ReadonlySet<string> {
  try {
    const { globals, stages } = readStages(source, file);
    const inStages = stages.flatMap(({ instructions }) =>
      instructions.flatMap((one) => (one.kind === 'arg' ? one.pairs : [])),
    );
    return new Set([...globals.flatMap(({ pairs }) => pairs), ...inStages].map(({ key }) => key));
  } catch (error) {
    if (isVerifyError(error)) return new Set();
    throw error;
  }
}
