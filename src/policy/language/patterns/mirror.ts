import { failure, type Result, success } from '../../../model/index.ts';
import type { MatchableName } from './image-pattern.ts';

/** Names under `from` stand for the same names under `to`; both end in `/` unless they name one repository. */
export interface Mirror {
  readonly from: string;
  readonly to: string;
}

/** Reads one entry of `mirrors`: both sides end in `/**`, or neither does. */
export function mirrorOf(fromRepository: string, toRepository: string): Result<Mirror> {
  const wildcards = [fromRepository, toRepository].map((side) => side.endsWith('/**'));
  if (wildcards[0] !== wildcards[1]) return failure('either both sides end in /** or neither does');
  const cut = (side: string): string => (side.endsWith('/**') ? side.slice(0, -2) : side);
  const mirror = { from: cut(fromRepository), to: cut(toRepository) };
  if (mirror.from.includes('*') || mirror.to.includes('*')) return failure('a wildcard stands only at the end, as /**');
  return success(mirror);
}

/** The name itself and every name that it stands for. */
export function namesOf(name: MatchableName, mirrors: readonly Mirror[]): readonly MatchableName[] {
  const names = [name];
  for (const { from, to } of mirrors) {
    const isPrefix = from.endsWith('/');
    if (isPrefix ? !name.repository.startsWith(from) : name.repository !== from) continue;
    names.push({ ...name, repository: `${to}${name.repository.slice(from.length)}` });
  }
  return names;
}
