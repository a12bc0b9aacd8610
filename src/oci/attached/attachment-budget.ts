import { type AttachmentForm, type Descriptor, type Digest, factsOfForm, VerifyError } from '../../model/index.ts';
import type { CollectProblem } from '../content/collect-problem.ts';
import { bounds } from '../transport/bounds.ts';

/** How much of one image's attachments is read, signatures and attestations each within bounds of their own. */
export interface AttachmentBudget {
  admits(form: AttachmentForm, layer: Descriptor): boolean;
  /** How many were not admitted. */
  refused(): number;
}

export function newBudget(): AttachmentBudget {
  const spent = new Map<boolean, { count: number; bytes: number }>();
  let refused = 0;
  return {
    admits(form, layer) {
      // Refused one by one, with a problem of its own.
      if (layer.size > factsOfForm(form).largest) return true;
      const isAttestation = factsOfForm(form).holds === 'attestations';
      const own = spent.get(isAttestation) ?? { count: 0, bytes: 0 };
      const next = { count: own.count + 1, bytes: own.bytes + layer.size };
      const fits = next.count <= bounds.attachments && next.bytes <= bounds.attachmentBytes;
      if (fits) spent.set(isAttestation, next);
      else refused += 1;
      return fits;
    },
    refused: () => refused,
  };
}

/** The problem of what was not admitted; none where all was. */
export function beyondBudget(count: number, subject: Digest): readonly CollectProblem[] {
  if (count === 0) return [];
  const error = new VerifyError(
    'registry.untrustworthy',
    `${count} more signatures and attestations are attached than are read of one image`,
    { hint: 'what was read still counts; remove what is not needed from the registry' },
  );
  return [{ error, subject, location: 'all attachments' }];
}
