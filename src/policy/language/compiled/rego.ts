import { createHash } from 'node:crypto';

/** What a Rego module makes of an attestation. */
export type RegoOutcome =
  | { readonly kind: 'compliant' }
  /** With what the module says is wrong, one sentence; null where it says nothing. */
  | { readonly kind: 'refused'; readonly message: string | null }
  /** It could not be evaluated, one sentence. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** A module that has to be evaluated before an image can be judged. */
export interface RegoQuestion {
  /** What its outcome is found by (`regoKey`). */
  readonly key: string;
  readonly module: string;
  /** The in-toto statement that is its input. */
  readonly statement: unknown;
}

/** By what the outcome of a module about a statement is found. */
export function regoKey(module: string, statement: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([module, statement]))
    .digest('hex');
}
