import { expect, it } from 'vitest';
import { rowOf } from '../../../../src/cli/command-table.ts';
import { commandMeantBy } from '../../../../src/cli/help/other-words.ts';

it.each(['find', 'SBOM', 'verify', 'why', 'tree', 'validate'])('%s leads to a command that there is', (word) => {
  const command = commandMeantBy(word);
  expect(command).not.toBeNull();
  expect(rowOf(command ?? '')).not.toBeNull();
  expect(rowOf(word.toLowerCase())).toBeNull();
});

it.each(['', 'constructor', 'biuld', 'sign'])('"%s" leads nowhere', (word) => {
  expect(commandMeantBy(word)).toBeNull();
});
