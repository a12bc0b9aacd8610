/** What the runner sets for a step: its inputs as `INPUT_NAME`, and facts about the run. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What stops an action, in words for the author of the workflow. */
export class ActionError extends Error {
  override readonly name = 'ActionError';
}

/** An input, without blanks around it; empty where it was not given. The runner writes names in capitals and keeps dashes. */
export function input(variables: Variables, name: string): string {
  return (variables[`INPUT_${name.toUpperCase()}`] ?? '').trim();
}

/** An input of several values, one a line: no quoting, so no value can become two. */
export function lines(variables: Variables, name: string): readonly string[] {
  return input(variables, name)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/**
 * An input that is one of a few words; the first is what holds where none was given.
 * @throws ActionError that names them
 */
export function choice<const T extends string>(variables: Variables, name: string, words: readonly [T, ...T[]]): T {
  const given = input(variables, name);
  if (given === '') return words[0];
  const found = words.find((word) => word === given);
  if (found === undefined) throw new ActionError(`${name}: ${given} is not one of ${words.join(', ')}`);
  return found;
}

/**
 * A fact that the runner has to give.
 * @throws ActionError naming the variable
 */
export function required(variables: Variables, name: string): string {
  const value = variables[name] ?? '';
  if (value === '') throw new ActionError(`${name} is not set: this runs as a step of GitHub Actions`);
  return value;
}
