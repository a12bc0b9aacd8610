import { inTotoMediaType } from '../model/index.ts';
import type { StatementSigner } from './statement-signer.ts';

/** Leaves statements unsigned, and in no form that could be taken for signed: as BuildKit attaches its own. */
export const unsigned: StatementSigner = {
  sign: (statement) => Promise.resolve({ bytes: statement, mediaType: inTotoMediaType, signer: null }),
};
