import type {
  Decision,
  Evidence,
  ImageUse,
  LineageLink,
  ResolvedImage,
  UnsignedStatement,
  VerifyError,
} from '../../../model/index.ts';
import type { CollectProblem, RegistryClient } from '../../../oci/index.ts';

/** An image with all that was found out about it, and what the policies decided. */
export interface JudgedImage {
  readonly use: ImageUse;
  /** Null where it could not be looked up; `failure` says why. */
  readonly resolved: ResolvedImage | null;
  readonly client: RegistryClient | null;
  readonly failure: VerifyError | null;
  readonly evidence: readonly Evidence[];
  readonly unsigned: readonly UnsignedStatement[];
  /** What could not be asked: more may be attached than `evidence` shows. */
  readonly unseen: readonly CollectProblem[];
  readonly decision: Decision;
  readonly lineage: readonly LineageLink[];
}
