import { describe, expect, it } from 'vitest';
import { buildOptions } from '../../../../src/invocation/options/build-options.ts';
import { optionTable } from '../../../../src/invocation/options/option-table.ts';
import { scanArguments } from '../../../../src/invocation/options/scan-arguments.ts';

const table = optionTable(buildOptions);

/** Tokens in short: `file=x`, `?--new`, `.`. */
function short(args: readonly string[]): readonly string[] {
  return scanArguments(args, table).map((token) => {
    if (token.kind === 'option') return `${token.option.name}=${token.value}`;
    if (token.kind === 'unknown') return `?${token.written}`;
    return token.kind === 'positional' ? token.value : '--';
  });
}

describe('scanArguments', () => {
  it.each([
    [
      ['-f', 'x', '.'],
      ['file=x', '.'],
    ],
    [
      ['-fx', '.'],
      ['file=x', '.'],
    ],
    [
      ['-f=x', '.'],
      ['file=x', '.'],
    ],
    [['-f='], ['file==']],
    [['--file', 'x'], ['file=x']],
    [['--file=x=y'], ['file=x=y']],
    [['--file='], ['file=']],
    [['--file', '--push'], ['file=--push']],
    [['--file', '--'], ['file=--']],
    [
      ['-qf', 'x', '.'],
      ['quiet=true', 'file=x', '.'],
    ],
    [['-qDfx'], ['quiet=true', 'debug=true', 'file=x']],
    [['-q=false'], ['quiet=false']],
    [
      ['--push', 'false'],
      ['push=true', 'false'],
    ],
    [['--push=false'], ['push=false']],
    [
      ['.', '-t', 'a'],
      ['.', 'tag=a'],
    ],
    [['-'], ['-']],
    [
      ['--', '-f', 'x'],
      ['--', '-f', 'x'],
    ],
    [
      ['-m', '2g', '-c', '512'],
      ['memory=2g', 'cpu-shares=512'],
    ],
    [
      ['--new', 'x'],
      ['?--new', 'x'],
    ],
    [['--new=x'], ['?--new=x']],
    [
      ['-qZx', 'y'],
      ['quiet=true', '?-qZx', 'y'],
    ],
    [[''], ['']],
  ])('reads %j as pflag does', (args, expected) => {
    expect(short(args)).toEqual(expected);
  });

  it.each([['--file'], ['-f'], ['-qf'], ['--push=perhaps'], ['-q=2'], ['---x'], ['--=x']])('refuses %s', (argument) => {
    expect(() => scanArguments([argument], table)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });
});
