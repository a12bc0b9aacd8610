import type { CommandRow } from './command-row.ts';
import { imageCommands } from './table/images.ts';
import { machineCommands } from './table/machine.ts';
import { policyCommands } from './table/policies.ts';
import { recordCommands } from './table/records.ts';

/** Every command of ours. */
export const commandTable: readonly CommandRow[] = [
  ...imageCommands,
  ...policyCommands,
  ...recordCommands,
  ...machineCommands,
];

/** Words that have commands of their own behind them, each with what these are about. */
export const commandGroups: Readonly<Record<string, string>> = {
  policy: 'work on policies',
  records: 'the journal of builds',
  trust: 'the trusted roots in use',
};

/** The command of that name; null where there is none. */
export function rowOf(name: string): CommandRow | null {
  return commandTable.find((row) => row.name === name) ?? null;
}

/** The commands behind a word. */
export function rowsOf(group: string): readonly CommandRow[] {
  return commandTable.filter((row) => row.name.startsWith(`${group} `));
}

/** The commands that have an option of this name of their own. */
export function commandsWith(option: string): readonly string[] {
  return commandTable.filter(({ options }) => options.some(({ name }) => name === option)).map(({ name }) => name);
}

/** The first words of all commands, each once, in the order of the table. */
export function firstWords(): readonly string[] {
  return [...new Set(commandTable.map(({ name }) => name.split(' ')[0] ?? ''))];
}
