import type { Evidence } from '../../../model/index.ts';
import type { TrustedSigner } from '../../language/compiled/trusted-signer.ts';
import { matchSigner, type RootScope, type SignerMatch } from './match-signer.ts';

/** How near each piece of evidence comes to each signer of a rule. */
export interface SignerMatches {
  readonly signers: readonly TrustedSigner[];
  readonly evidence: readonly Evidence[];
  readonly of: (signer: TrustedSigner, piece: Evidence) => SignerMatch;
}

/** Compares each signer with each piece of evidence once, when it is asked about. */
export function signerMatches(
  signers: readonly TrustedSigner[],
  evidence: readonly Evidence[],
  roots: RootScope,
): SignerMatches {
  const known = new Map(signers.map((signer) => [signer, new Map<Evidence, SignerMatch>()]));
  return {
    signers,
    evidence,
    of: (signer, piece) => {
      const match = known.get(signer)?.get(piece) ?? matchSigner(signer, piece, roots);
      known.get(signer)?.set(piece, match);
      return match;
    },
  };
}
