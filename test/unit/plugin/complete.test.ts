import { describe, expect, it } from 'vitest';
import { type CompletedCommand, type CompletedOption, complete } from '../../../src/plugin/index.ts';

function command(value: string, more: Partial<CompletedCommand> = {}): CompletedCommand {
  return { value, description: '', options: () => [], takesFolder: false, operands: [], commands: [], ...more };
}

const buildOptions: readonly CompletedOption[] = [
  { name: 'file', takes: 'value', choices: [] },
  { name: 'push', takes: 'boolean', choices: [] },
  { name: 'verify-mode', takes: 'value', choices: ['enforce', 'warn'] },
  { name: 'verify-format', takes: 'value', choices: ['text', 'json', 'sarif'] },
];
const commands: readonly CompletedCommand[] = [
  command('build', {
    description: 'build from verified images',
    options: () => buildOptions,
    takesFolder: true,
  }),
  command('bake'),
  command('check', { description: 'all but the build' }),
  command('shell', { operands: ['bash', 'zsh'] }),
  command('policy', { commands: [command('check', { options: () => buildOptions }), command('convert')] }),
];

describe('complete', () => {
  const all = 'build\tbuild from verified images\nbake\ncheck\tall but the build\nshell\npolicy\n:4\n';
  it.each([
    [[''], all],
    [['b'], 'build\tbuild from verified images\nbake\n:4\n'],
    [['x'], ':4\n'],
    [[], all],
    [['build', '--v'], '--verify-format\n--verify-mode\n:4\n'],
    [['build', '--verify-mode', ''], 'enforce\nwarn\n:4\n'],
    [['build', '--verify-format', 's'], 'sarif\n:4\n'],
    [['build', '--file', ''], ':0\n'],
    [['build', '--push', ''], ':16\n'],
    [['build', ''], ':16\n'],
    [['check', ''], ':0\n'],
    [['check', '--'], ':4\n'],
    [['gone', ''], ':0\n'],
    [['shell', ''], 'bash\nzsh\n:4\n'],
    [['policy', ''], 'check\nconvert\n:4\n'],
    [['policy', 'ch'], 'check\n:4\n'],
    [['policy', 'check', '--p'], '--push\n:4\n'],
    [['policy', 'check', ''], ':0\n'],
  ])('answers %j', (words, expected) => {
    expect(complete(words, commands)).toBe(expected);
  });
});
