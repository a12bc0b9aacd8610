import {
  bakeOptions,
  bareOwnOptions,
  buildOptions,
  type OptionDefinition,
  outputFormats,
  prefixedOwnOptions,
} from '../../gate/index.ts';
import { type CompletedCommand, type CompletedOption, complete } from '../../plugin/index.ts';
import type { CommandRow } from '../command-row.ts';
import { commandGroups, firstWords, rowOf, rowsOf } from '../command-table.ts';

const hosts: Readonly<Record<CommandRow['host'], readonly OptionDefinition[]>> = {
  build: buildOptions,
  bake: bakeOptions,
  none: [],
};
const ours: Readonly<Record<CommandRow['own'], readonly OptionDefinition[]>> = {
  prefixed: prefixedOwnOptions,
  bare: bareOwnOptions,
  none: [],
};

/** Values of options that have few; formats are those of the command. */
function choicesOf(name: string, { formats }: CommandRow): readonly string[] {
  if (/^(?:verify-)?format$/.test(name)) return formats.length === 0 ? outputFormats : formats;
  if (name === 'progress') return ['auto', 'none', 'plain', 'quiet', 'rawjson', 'tty'];
  return /^(?:verify-)?mode$/.test(name) ? ['enforce', 'warn'] : [];
}

function optionsOf(row: CommandRow): readonly CompletedOption[] {
  const own = [
    ...row.options.map(({ name, value }) => ({
      name,
      takes: value === null ? ('boolean' as const) : ('value' as const),
      choices: value?.includes('|') === true ? value.split('|') : [],
    })),
    ...ours[row.own].map(({ name, takes }) => ({ name, takes, choices: choicesOf(name, row) })),
  ];
  const named = new Set(own.map(({ name }) => name));
  const others = hosts[row.host].filter(({ name }) => !named.has(name));
  return [...own, ...others.map(({ name, takes }) => ({ name, takes, choices: choicesOf(name, row) }))];
}

function completed(row: CommandRow, word: string): CompletedCommand {
  return {
    value: word,
    description: row.summary,
    options: () => optionsOf(row),
    takesFolder: row.host === 'build' && row.usage.includes('PATH'),
    commands: [],
    operands: row.usage.includes('|') && row.host === 'none' && row.options.length === 0 ? row.usage.split('|') : [],
  };
}

/** The answer to Docker's and the shells' `__complete WORD…`. */
export function completeWords(words: readonly string[]): string {
  const commands = firstWords().map((word): CompletedCommand => {
    const row = rowOf(word);
    if (row !== null) return completed(row, word);
    const verbs = rowsOf(word).map((each) => completed(each, each.name.slice(word.length + 1)));
    const description = commandGroups[word] ?? '';
    return { value: word, description, options: () => [], takesFolder: false, commands: verbs, operands: [] };
  });
  return complete(words, commands);
}
