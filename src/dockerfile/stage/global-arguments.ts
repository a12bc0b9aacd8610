import { placeIn } from '../instruction/instruction-lines.ts';
import { expandWord } from '../shell/shell-word.ts';
import { placed } from '../text/invalid-dockerfile.ts';
import type { StagedDockerfile } from './stages.ts';

/** `--build-arg` by name; null where it has no value, which is as if it were not given. */
export type BuildArguments = Readonly<Record<string, string | null>>;

/** The value of a build argument, null for none. */
export function buildArgument(given: BuildArguments, name: string): string | null {
  return Object.hasOwn(given, name) ? (given[name] ?? null) : null;
}

/**
 * The arguments that a FROM can use: the predefined ones, and those that stand in front of the first FROM, in order,
 * each seeing the ones before it. A build argument counts only once it is declared.
 * @throws VerifyError `dockerfile.invalid` with the place
 */
export function evaluateGlobals(
  dockerfile: StagedDockerfile,
  predefined: ReadonlyMap<string, string>,
  given: BuildArguments,
  budget: { left: number },
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of predefined) values.set(name, buildArgument(given, name) ?? value);
  for (const { node, pairs } of dockerfile.globals) {
    for (const { key, value } of pairs) {
      const written = (): string | null =>
        value === null
          ? null
          : expandWord(value, (name) => values.get(name) ?? null, { escape: dockerfile.escape, budget }).text;
      const result = buildArgument(given, key) ?? placed(placeIn(node, 0), written);
      if (result !== null) values.set(key, result);
    }
  }
  return values;
}
