/**
 * Every code that an error can carry. The part before the dot names what went wrong with what; `exitStatusOf` maps it
 * to the exit status of the contract. Findings (refusals as data) have their own codes in `finding.ts`.
 */
export type ErrorCode =
  | 'usage.invalid' // 64: the command line does not make sense
  | 'usage.loosens' // 64: --mode warn against a policy that says enforce
  | 'dockerfile.missing' // 65
  | 'dockerfile.unreadable' // 65
  | 'dockerfile.invalid' // 65
  | 'context.invalid' // 65: the build context cannot be read
  | 'bake.invalid' // 65: buildx cannot make sense of the bake file
  | 'reference.invalid' // 64: not an image reference
  | 'policy.invalid' // 78
  | 'policy.unreadable' // 78
  | 'policy.unavailable' // 11: one that is extended cannot be had, or is not signed as it must be
  | 'policy.unsafe' // 78: a machine or user policy that others may write
  | 'lock.invalid' // 78
  | 'config.invalid' // 78: Docker's config.json, certs.d, daemon.json …
  | 'trust.invalid' // 78: a trusted root or publishers file that makes no sense
  | 'trust.unavailable' // 11
  | 'registry.unreachable' // 11
  | 'registry.impossible' // 11: a host that no address can be made of, so that no request can be sent
  | 'registry.unauthorized' // 11: 401 or 403
  | 'registry.not-found' // 11: 404
  | 'registry.rate-limited' // 11: 429
  | 'registry.failed' // 11: any other answer
  | 'registry.untrustworthy' // 11: bytes that do not match their digest, a bound exceeded, a redirect that is refused
  | 'registry.offline' // 11: would need the network under --offline
  | 'attachment.ignored' // never ends a run: something is listed or attached that says nothing about the image, and a note says so
  | 'layout.invalid' // 11: an OCI layout that cannot be read
  | 'credentials.failed' // 11: a credential helper failed
  | 'signing.failed' // 11: what we say ourselves could not be signed: no usable identity, no certificate, no log entry
  | 'signature.unsupported' // 11: a form or material that cannot be evaluated
  | 'builder.unavailable' // 11: no daemon, no buildx, no such builder
  | 'builder.unenforceable' // 11: it would not enforce a source policy
  | 'builder.policy-unsupported' // 11: the user's own source policy has a selector that we cannot evaluate
  | 'timeout' // 11
  | 'audit.failed' // 12
  | 'file.unwritable' // 64: an output that was asked for cannot be written; 11 for want of room
  | 'records.unreadable' // 78: the journal of builds or its index cannot be read
  | 'cancelled' // 130
  | 'internal'; // 70: a defect of ours

export interface VerifyErrorOptions {
  /** What to do next, one sentence. */
  readonly hint?: string;
  /** Whether the same may succeed later by itself; as its code is by nature where nothing is said. */
  readonly passing?: boolean;
  /** Where: a file with line and column, both from 1. */
  readonly place?: Place;
  readonly cause?: unknown;
}

/** A place in a file; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

const passingCodes: ReadonlySet<ErrorCode> = new Set([
  'registry.unreachable',
  'registry.rate-limited',
  'timeout',
  'trust.unavailable',
]);

/** The one class that is thrown. A refusal is no error: it is a `Finding`. Never holds a credential. */
export class VerifyError extends Error {
  override readonly name = 'VerifyError';
  readonly code: ErrorCode;
  readonly hint: string | null;
  readonly place: Place | null;
  /** Whether trying again later is worth a thought. */
  readonly passing: boolean;

  constructor(code: ErrorCode, message: string, options: VerifyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? null;
    this.place = options.place ?? null;
    this.passing = options.passing ?? passingCodes.has(code);
  }
}

interface Restatement {
  readonly message?: string;
  readonly hint?: string | null;
}

/** An error said anew, in another message or with another hint: all else that it says stays, and it is the cause. */
export function restated(error: VerifyError, { message = error.message, hint = error.hint }: Restatement): VerifyError {
  const { code, place, passing } = error;
  const kept = { passing, ...(hint === null ? {} : { hint }), ...(place === null ? {} : { place }) };
  return new VerifyError(code, message, { ...kept, cause: error });
}
/** Whether `error` is a VerifyError that carries one of `codes` (any, when none is given). */
export function isVerifyError(error: unknown, ...codes: readonly ErrorCode[]): error is VerifyError {
  return error instanceof VerifyError && (codes.length === 0 || codes.includes(error.code));
}
