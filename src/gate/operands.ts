import { operandsOf, requestedPlatforms } from '../invocation/index.ts';
import { type ImageUse, parseCanonicalName } from '../model/index.ts';
import { machinePlatform } from './default-platform.ts';
import type { Session } from './session.ts';

/** Whether an operand of `check` or `lineage` is a path; everything else is an image, whatever folders exist (design, section 3). */
export function isPathOperand(text: string): boolean {
  return /^(?:\.{1,2}$|-$|\/|\.{1,2}[/\\]|[A-Za-z]:[/\\]|[a-z+]+:\/\/|git@)/.test(text);
}

/** The images of a command line, each once, as uses for the platforms asked for. */
export function imageOperands(
  names: readonly string[],
  rest: readonly string[],
  session: Session,
): readonly ImageUse[] {
  const asked = requestedPlatforms(rest, session.environment);
  const platforms = asked.length === 0 ? [machinePlatform(session.environment)] : asked;
  const uses = names.map((written) => ({ name: parseCanonicalName(written), written, platforms, uses: [] }));
  return uses.filter((use, index) => uses.findIndex(({ name }) => name === use.name) === index);
}

/** This folder where the command line names neither path nor image. */
export function withDefaultPath(args: readonly string[]): readonly string[] {
  return operandsOf(args).length === 0 ? [...args, '.'] : args;
}
