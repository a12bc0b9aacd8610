import type { Problem, ProblemCode } from '../model/index.ts';

/** Ends the reading or verifying of one piece of evidence: its problem is the answer. Never leaves this room. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;

  constructor(code: ProblemCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.problem = { code, message };
  }
}

const longest = 400;

/** The problem that any thrown thing stands for: what libraries throw on bad input is `malformed`. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refusal) return error.problem;
  const text = error instanceof Error ? error.message : String(error);
  return { code: 'malformed', message: `it cannot be read: ${printable(text)}` };
}

/** Text from outside, made fit for a message: one line, printable, at most 400 characters. */
export function printable(text: string): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
