import type { Digest } from '../image/digest.ts';
import type { Signer } from '../image/evidence.ts';
import type { EvidenceForm } from '../image/signature-forms.ts';

/** What a report says of one piece of evidence: the contract's fields alone. */
export interface ReportEvidence {
  readonly form: EvidenceForm;
  readonly verified: boolean;
  /** Whether it satisfied a rule (`Decision.satisfiedBy`): only such a signer may be named as the one who signed. */
  readonly trusted: boolean;
  readonly subject: Digest;
  readonly predicateType: string | null;
  readonly signer: Signer | null;
  readonly time: string | null;
  readonly log: { readonly index: number; readonly id: string } | null;
  readonly problem: string | null;
}
