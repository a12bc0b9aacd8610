/** What reading or converting something gives: a value, or a sentence that says why there is none. */
export type Result<Value> = { readonly ok: true; readonly value: Value } | Failure;

/** A sentence, without a subject's name and a full stop, that says why there is no value. */
export interface Failure {
  readonly ok: false;
  readonly reason: string;
}

/** A result with its value. */
export function success<Value>(value: Value): Result<Value> {
  return { ok: true, value };
}

/** A result without a value, and why. */
export function failure(reason: string): Failure {
  return { ok: false, reason };
}
