import type { OptionDefinition } from './option-table.ts';

/** What stands before our options on the commands that take Docker's. */
export const ownPrefix = 'verify-';

/** An option of ours, or of one of our commands, as its help shows it. */
export interface DescribedOption {
  /** Long name without dashes. */
  readonly name: string;
  /** The single letter, null for none. */
  readonly letter: string | null;
  /** What its value is called, for instance `FILE`; null for an option without one. */
  readonly value: string | null;
  readonly repeatable: boolean;
  readonly summary: string;
}

/** The option as pflag would declare it. */
export function definitionOf({ name, letter, value, repeatable }: DescribedOption): OptionDefinition {
  return { name, short: letter, takes: value === null ? 'boolean' : 'value', repeatable, treatment: 'own' };
}

/** Shorthand of the tables: name with its letter after a comma (`output,o`), what its value is called (`FILE*` may be repeated), what it does. */
export type DescribedRow = readonly [names: string, value: string | null, summary: string];

/** The options that `rows` stand for. */
export function describeOptions(rows: readonly DescribedRow[]): readonly DescribedOption[] {
  return rows.map(([names, value, summary]) => {
    const [name = '', letter = null] = names.split(',');
    return {
      name,
      letter,
      value: value?.replace(/\*$/, '') ?? null,
      repeatable: value?.endsWith('*') ?? false,
      summary,
    };
  });
}

/** Every option of ours, without the prefix. */
export const ownOptionTable: readonly DescribedOption[] = describeOptions([
  ['policy', 'FILE*', 'a further policy; may be repeated'],
  ['trusted-root', 'FILE*', 'a further Sigstore trusted root; may be repeated'],
  ['mode', 'enforce|warn', 'refuse what the policies do not allow, or only say so'],
  ['format', 'FORMAT[=FILE]*', 'the format of the result; with a file it goes there, and may be repeated'],
  ['output,o', 'FILE', 'where the result goes'],
  ['offline', null, 'never touch the network'],
  ['refresh', null, 'use nothing that is cached'],
  ['fresh', null, "build without the builder's cache"],
  ['break-glass', 'REASON', 'go on with warnings in an emergency, where every policy allows it'],
  ['jobs', 'N', 'requests at once (64)'],
  ['timeout', 'DURATION', 'for all verifying together (60s)'],
  ['quiet,q', null, 'say nothing but a refusal'],
  ['no-color', null, 'no colours'],
]);

/**
 * The variables that give our options a default: what tightens or only presents. Never policies, roots or modes, since a
 * variable could then loosen them.
 */
export const ownVariables: readonly { readonly variable: string; readonly option: string }[] = [
  'format',
  'offline',
  'quiet',
  'timeout',
  'jobs',
].map((option) => ({ variable: `DOCKER_VERIFY_${option.toUpperCase()}`, option }));

/** Our options with their prefix. */
export const prefixedOwnOptions: readonly OptionDefinition[] = ownOptionTable.map((option) =>
  definitionOf({ ...option, name: `${ownPrefix}${option.name}`, letter: null }),
);

/** The same without it, for the commands that are ours: `--output` and `--quiet` are ours there, with their letters, since nothing is built. */
export const bareOwnOptions: readonly OptionDefinition[] = ownOptionTable.map(definitionOf);
