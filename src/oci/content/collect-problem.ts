import { type Digest, isVerifyError, VerifyError } from '../../model/index.ts';

/** A look-up beside an image that did not give what it was for. */
export interface CollectProblem {
  readonly error: VerifyError;
  /** The digest whose attachments it is about. */
  readonly subject: Digest;
  /** Where we looked. */
  readonly location: string;
}

/**
 * What a problem leaves open.
 * - `ignored`: nothing: what is there was seen, and it says nothing about the image;
 * - `offline`, `passing`, `lasting`: whether something is attached. It is never "unsigned"; trying again may help with what passes alone.
 */
export type ProblemKind = 'ignored' | 'offline' | 'passing' | 'lasting';

/** @see ProblemKind */
export function problemKind({ error }: Pick<CollectProblem, 'error'>): ProblemKind {
  if (error.code === 'attachment.ignored') return 'ignored';
  if (error.code === 'registry.offline') return 'offline';
  return error.passing ? 'passing' : 'lasting';
}

/** Whether a problem leaves open what is attached. */
export function isUnseen(problem: CollectProblem): boolean {
  return problemKind(problem) !== 'ignored';
}

/** Turns a library's or our own error into a problem; anything else is a defect and not swallowed. */
export function problemOf(error: unknown, subject: Digest, location: string): CollectProblem {
  const known = isVerifyError(error)
    ? error
    : new VerifyError('internal', 'reading what is attached failed', { cause: error });
  return { error: known, subject, location };
}

/** The error of something listed or attached that says nothing about the image, and takes nothing from what does. */
export function ignored(message: string, hint?: string): VerifyError {
  return new VerifyError('attachment.ignored', message, hint === undefined ? {} : { hint });
}

/** The same failure of the same registry is said once. */
export function distinctProblems(problems: readonly CollectProblem[]): readonly CollectProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ error }) => {
    const key = `${error.code} ${error.message}`;
    return !seen.has(key) && seen.add(key);
  });
}
