import { bakeOptions, bareOwnOptions, buildOptions, prefixedOwnOptions } from '../gate/index.ts';
import { type CompletedOption, complete } from '../plugin/index.ts';
import { createProgram } from './program.ts';

const withBuildOptions = new Set(['check', 'scan', 'inspect', 'lineage', 'packages', 'lock', 'init']);

function optionsOf(command: string): readonly CompletedOption[] {
  if (command === 'build') return [...buildOptions, ...prefixedOwnOptions];
  if (command === 'bake') return [...bakeOptions, ...prefixedOwnOptions];
  if (!withBuildOptions.has(command)) return bareOwnOptions;
  const ours = new Set(bareOwnOptions.map(({ name }) => name));
  return [...buildOptions.filter(({ name }) => !ours.has(name)), ...bareOwnOptions];
}

/** The answer to Docker's and the shells' `__complete WORD…`. */
export function completeWords(words: readonly string[]): string {
  const program = createProgram(async () => undefined);
  const commands = program.commands.map((command) => ({ value: command.name(), description: command.description() }));
  return complete(words, { commands, optionsOf });
}
