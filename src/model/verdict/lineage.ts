import type { Digest } from '../image/digest.ts';
import type { LayerDecision, Status } from './decision.ts';
import type { ReportEvidence } from './report-evidence.ts';

/** Who says that this is the base. */
export type LineageClaim = 'signed-provenance' | 'unsigned-provenance' | 'annotation' | 'label' | 'history' | 'none';

/** What the layers say of it. */
export type LineageContent = 'proven' | 'contradicted' | 'unprovable';

/** One link of a chain of bases, from the nearest base down. */
export interface LineageLink {
  /** Depth below the image, from 1. */
  readonly depth: number;
  /** The platform whose chain this is. */
  readonly platform: string;
  /** Null where only the digest is known, or nothing is. */
  readonly name: string | null;
  readonly digest: Digest | null;
  /** `root-declared` and `root-assumed` end a chain at scratch, `unknown` ends it without an answer. */
  readonly kind: 'base' | 'root-declared' | 'root-assumed' | 'unknown';
  readonly claim: LineageClaim;
  readonly content: LineageContent;
  readonly status: Status;
  readonly decisions: readonly LayerDecision[];
  readonly evidence: readonly ReportEvidence[];
  /** Why the chain ends here, or what contradicts, for people. */
  readonly note: string | null;
}
