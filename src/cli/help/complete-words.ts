import {
  bakeOptions,
  buildOptions,
  type DescribedOption,
  definitionOf,
  type Environment,
  type NamesAtHand,
  namesAtHand,
  type OptionDefinition,
  ownPrefix,
  standardVerbs,
} from '../../gate/index.ts';
import { type CompletedCommand, type CompletedOption, complete } from '../../plugin/index.ts';
import type { CommandRow } from '../command-row.ts';
import { commandGroups, firstWords, rowOf, rowsOf } from '../command-table.ts';
import { meaningfulOptions } from './meaningful-options.ts';
import { dockerValues, operandsOf, ownValues } from './word-sources.ts';

const hosts: Readonly<Record<CommandRow['host'], readonly OptionDefinition[]>> = {
  build: buildOptions,
  bake: bakeOptions,
  none: [],
};

function own(option: DescribedOption, row: CommandRow, prefix: string): CompletedOption {
  const { takes } = definitionOf(option);
  const { name, letter, repeatable, summary } = option;
  const short = prefix === '' ? letter : null;
  return { name: `${prefix}${name}`, short, takes, repeatable, description: summary, values: ownValues(option, row) };
}

function optionsOf(row: CommandRow, names: NamesAtHand): readonly CompletedOption[] {
  const table = meaningfulOptions(row);
  const prefix = row.own === 'prefixed' ? ownPrefix : '';
  const ours = [
    ...row.options.map((option) => own(option, row, '')),
    ...table.map((option) => own(option, row, prefix)),
  ];
  const named = new Set(ours.map(({ name }) => name));
  const letters = new Set(ours.map(({ short }) => short));
  const others = hosts[row.host].filter(({ name, treatment }) => !named.has(name) && treatment !== 'legacy');
  const docker = others.map((option): CompletedOption => {
    const { name, short, takes, repeatable } = option;
    const values = dockerValues(option, names);
    return { name, short: letters.has(short) ? null : short, takes, repeatable, description: '', values };
  });
  const help = { name: 'help', short: 'h', takes: 'boolean', repeatable: false, description: 'print this' } as const;
  const all = [...ours, ...docker];
  return all.some(({ name }) => name === 'help')
    ? all
    : [...all, { ...help, values: () => ({ values: [], otherwise: 'nothing' }) }];
}

function completed(row: CommandRow, word: string, names: NamesAtHand): CompletedCommand {
  return {
    value: word,
    description: row.summary,
    options: () => optionsOf(row, names),
    operands: operandsOf(row, names),
    commands: [],
  };
}

/** A word that stands for others or for nothing of ours. */
function bare(value: string, description: string, commands: readonly CompletedCommand[] = []): CompletedCommand {
  return { value, description, options: () => [], operands: () => ({ values: [], otherwise: 'files' }), commands };
}

/**
 * The answer to Docker's and the shells' `__complete WORD…`. It asks only the disk and an engine on this machine, writes
 * nothing, and never fails: where a name cannot be found out it is not offered.
 */
export async function completeWords(words: readonly string[], environment: Environment): Promise<string> {
  const names = namesAtHand(environment);
  const ours = firstWords().map((word): CompletedCommand => {
    const row = rowOf(word);
    if (row !== null) return completed(row, word, names);
    const verbs = rowsOf(word).map((each) => completed(each, each.name.slice(word.length + 1), names));
    return bare(word, commandGroups[word] ?? '', verbs);
  });
  const known = new Set(ours.map(({ value }) => value));
  const verbs = standardVerbs.filter((verb) => !known.has(verb) && verb !== 'dial-stdio');
  const commands = [
    ...ours,
    bare(
      'help',
      'what a command takes',
      ours.map(({ value, description, commands: inner }) => bare(value, description, inner)),
    ),
    ...verbs.map((verb) => bare(verb, 'handed to buildx')),
  ];
  return await complete(words, commands);
}
