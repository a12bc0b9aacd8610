import { type Evidence, type Signer, VerifyError } from '../../../model/index.ts';
import { type CollectProblem, problemKind } from '../../../oci/index.ts';
import type { JudgedImage } from './judged-image.ts';

/** The error of something that could not be asked, for who needs to know it: what, why, and what would mend it. */
export function unseenError(about: string, unseen: readonly CollectProblem[]): VerifyError {
  const [first] = [...unseen.filter(isPassing), ...unseen];
  if (first === undefined) return new VerifyError('internal', `${about}, and nothing says why`);
  const more = unseen.length > 1 ? ` (and ${unseen.length - 1} more)` : '';
  const { code, message, hint, passing } = first.error;
  return new VerifyError(code, `${about}: ${first.location}: ${message}${more}`, {
    ...(hint === null ? {} : { hint }),
    passing,
    cause: first.error,
  });
}

function isPassing(problem: CollectProblem): boolean {
  return problemKind(problem) === 'passing';
}

interface Signature {
  readonly piece: Evidence;
  readonly trusted: boolean;
}

/** The signature that says who signed: one that a rule trusts, else the first that verifies. */
function signatureOf({ evidence, decision }: JudgedImage): Signature | null {
  const verified = evidence.flatMap((piece, index): readonly Signature[] =>
    piece.verified && piece.form !== 'attestation' ? [{ piece, trusted: decision.satisfiedBy.includes(index) }] : [],
  );
  return verified.find(({ trusted }) => trusted) ?? verified[0] ?? null;
}

/**
 * Who signed an image (null: it is unsigned), for a file that others will rely on. A trusted signature in hand suffices, also where
 * another look-up failed for good. In all other cases every look-up must have succeeded, since only then "unsigned" and "signed by another"
 * are established.
 * @throws VerifyError where it could not be established
 */
export function establishedSigner(image: JudgedImage): Signer | null {
  const about = `who signed ${image.use.name} could not be looked up`;
  const found = signatureOf(image);
  const isSettled = found?.trusted === true && image.unseen.every((each) => problemKind(each) === 'lasting');
  if (image.unseen.length > 0 && !isSettled) throw unseenError(about, image.unseen);
  if (found === null) return null;
  const { revocationUnknown, signer } = found.piece;
  if (revocationUnknown !== undefined && !found.trusted) {
    throw new VerifyError(
      'trust.unavailable',
      `${about}: whether its certificate was revoked is not known (${revocationUnknown})`,
      {
        hint: 'try again when its authority can be asked',
      },
    );
  }
  return signer;
}
