import { describe, expect, it } from 'vitest';
import { splitDebugArguments } from '../../../../src/invocation/arguments/debug-arguments.ts';

describe('splitDebugArguments', () => {
  it.each([
    ['a build', 'build -t x .', [], 'build', '-t x .'],
    ['its short name', 'b .', [], 'build', '.'],
    [
      "the debugger's own options",
      '--invoke /bin/sh --on=always -D build .',
      ['--invoke', '/bin/sh', '--on=always', '-D'],
      'build',
      '.',
    ],
    [
      'the builder, which goes to the build',
      '--builder x --on error build .',
      ['--on', 'error'],
      'build',
      '--builder x .',
    ],
    [
      'our options, which go there too',
      '--verify-mode warn --invoke sh build .',
      ['--invoke', 'sh'],
      'build',
      '--verify-mode warn .',
    ],
    ['a value that looks like the command', '--invoke build attach x', ['--invoke', 'build'], 'attach', 'x'],
    ['another command', 'bake target', [], 'bake', 'target'],
    ['an option that is not known: its value may be the command', '--future build .', ['--future'], 'build', '.'],
    ['an option that is not known before another word', '--future value build .', ['--future'], 'value', 'build .'],
  ])('reads %s', (_title, line, options, command, args) => {
    expect(splitDebugArguments(line.split(' '))).toEqual({ options, command, args: args.split(' ') });
  });

  it.each(['', '--help', '--invoke build'])('finds no command in "%s"', (line) => {
    expect(splitDebugArguments(line.split(' ').filter((word) => word !== '')).command).toBeNull();
  });
});
