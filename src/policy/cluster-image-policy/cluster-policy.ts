import type { Mode } from '../../model/index.ts';

/** A ClusterImagePolicy, validated and defaulted as the admission controller does. */
export interface ClusterPolicy {
  readonly name: string;
  /** Its file, as named to the user. */
  readonly policy: string;
  readonly line: number | null;
  readonly mode: Mode;
}
