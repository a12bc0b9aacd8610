import type { Finding } from './finding.ts';

/** From best to worst. `error` means: could not be verified. */
export type Status = 'allow' | 'warn' | 'block' | 'error';

/** What an image's admission rests on. */
export type Basis = 'signature' | 'attestation' | 'lock' | 'local' | 'default' | 'none';

export type Mode = 'enforce' | 'warn';

export type PolicyLayerName = 'machine' | 'user' | 'command-line' | 'project' | 'builtin';

/** The verdict of one policy on one image. */
export interface LayerDecision {
  readonly layer: PolicyLayerName;
  /** The policy's file as named to the user; `builtin` for ours. */
  readonly policy: string;
  /** The rule's name, else its number from 1 as text; null where the default decided. */
  readonly rule: string | null;
  /** The rule's line, from 1. */
  readonly line: number | null;
  readonly status: Status;
}

/** What the policies make of one image: the sixth station. */
export interface Decision {
  readonly status: Status;
  readonly basis: Basis;
  /** True only for the bases `signature` and `attestation`. */
  readonly verified: boolean;
  readonly decisions: readonly LayerDecision[];
  readonly findings: readonly Finding[];
  /** Where vouching is by platform: the only digests that the builder may use. Null: the root and all it covers. */
  readonly platformDigests: readonly string[] | null;
  /** Indexes into the evidence of the pieces that satisfied a rule. */
  readonly satisfiedBy: readonly number[];
}

const severity: Readonly<Record<Status, number>> = { allow: 0, warn: 1, block: 2, error: 3 };

/** The worse of two. */
export function strictest(left: Status, right: Status): Status {
  return severity[left] >= severity[right] ? left : right;
}

/** Whether a build does not go on with it. */
export function isRefusal(status: Status): boolean {
  return status === 'block' || status === 'error';
}
