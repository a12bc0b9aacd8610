import { type DescribedOption, ownOptionTable } from '../../gate/index.ts';
import type { CommandRow } from '../command-row.ts';

/** Those of our options that mean something to a command: all take all of them, so that a line can be written with any command. */
export function meaningfulOptions({ own, name }: Pick<CommandRow, 'own' | 'name'>): readonly DescribedOption[] {
  if (own === 'none') return [];
  const builds = own === 'prefixed';
  const idle = new Set([...(builds ? [] : ['fresh']), ...(builds || name === 'check' ? [] : ['break-glass'])]);
  return ownOptionTable.filter((option) => !idle.has(option.name));
}
