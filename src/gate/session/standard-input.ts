import type { Readable } from 'node:stream';
import { type KeptInput, keepInput } from '../../builder/index.ts';
import type { Environment } from '../../model/index.ts';

/** Standard input, read at the first question and kept, so that it can be looked at here and still reach the build. */
export interface StandardInput {
  kept(): Promise<KeptInput>;
  /** Removes what was kept. To be called in every case. */
  dispose(): Promise<void>;
}

/** The stream is neither opened nor read before it is asked for: most builds leave it alone. */
export function standardInput(open: () => Readable, environment: Environment): StandardInput {
  let kept: Promise<KeptInput> | null = null;
  return {
    kept: () => {
      kept ??= keepInput(open(), environment);
      return kept;
    },
    dispose: async () => (await kept?.catch(() => null))?.dispose(),
  };
}
