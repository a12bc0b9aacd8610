import { expect, it } from 'vitest';
import { asksForHelp } from '../../../../src/invocation/index.ts';

it.each([
  [['--help'], 'build', true],
  [['-h'], 'build', true],
  [['.', '-qh'], 'build', true],
  [['--help=false', '.'], 'build', false],
  [['-t', '--help', '.'], 'build', false],
  [['--verify-policy', '--help', '.'], 'build', false],
  [['--', '--help'], 'build', false],
  [['--print', '--help'], 'bake', true],
  [['--print', '--help'], 'build', false],
] as const)('%j asks %s for help: %s', (args, verb, expected) => {
  expect(asksForHelp(args, verb)).toBe(expected);
});
