import { defineOptions, type OptionDefinition } from './option-table.ts';

/** What stands before our options on the commands that take Docker's. */
export const ownPrefix = 'verify-';

const plain = defineOptions([
  ['policy', 'value*', 'own'],
  ['trusted-root', 'value*', 'own'],
  ['mode', 'value', 'own'],
  ['format', 'value', 'own'],
  ['output', 'value', 'own'],
  ['offline', 'boolean', 'own'],
  ['refresh', 'boolean', 'own'],
  ['fresh', 'boolean', 'own'],
  ['break-glass', 'value', 'own'],
  ['jobs', 'value', 'own'],
  ['timeout', 'value', 'own'],
  ['quiet', 'boolean', 'own'],
  ['no-color', 'boolean', 'own'],
]);

/** Our options with their prefix. */
export const prefixedOwnOptions: readonly OptionDefinition[] = plain.map((option) => ({
  ...option,
  name: `${ownPrefix}${option.name}`,
}));

const letters: Readonly<Record<string, string>> = { output: 'o', quiet: 'q' };

/** The same without it, for the commands that are ours: `--output` and `--quiet` are ours there, with their letters, since nothing is built. */
export const bareOwnOptions: readonly OptionDefinition[] = plain.map((option) => ({
  ...option,
  short: letters[option.name] ?? null,
}));
