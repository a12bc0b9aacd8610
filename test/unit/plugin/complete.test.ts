import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompletedCommand, type CompletedOption, complete, type Offer } from '../../../src/plugin/index.ts';

function offer(values: readonly string[], otherwise: Offer['otherwise'] = 'nothing'): Offer {
  return { values: values.map((value) => ({ value, description: '' })), otherwise };
}

function command(value: string, more: Partial<CompletedCommand> = {}): CompletedCommand {
  const operands = (): Offer => offer([], 'files');
  return { value, description: '', options: () => [], operands, commands: [], ...more };
}

function option(name: string, more: Partial<CompletedOption> = {}): CompletedOption {
  const values = (): Offer => offer([], 'files');
  return { name, short: null, description: '', takes: 'value', repeatable: false, values, ...more };
}

const buildOptions: readonly CompletedOption[] = [
  option('file', { short: 'f' }),
  option('tag', { short: 't', repeatable: true, values: () => offer([]) }),
  option('push', { takes: 'boolean' }),
  option('quiet', { short: 'q', takes: 'boolean', description: 'say `nothing`' }),
  option('cache-to', { values: () => offer(['type=local,dest=', 'type=registry,ref=']) }),
  option('verify-mode', { values: () => offer(['enforce', 'warn']) }),
  option('verify-format', { values: () => offer(['text', 'json', 'sarif']) }),
];
const commands: readonly CompletedCommand[] = [
  command('build', {
    description: 'build from verified images',
    options: () => buildOptions,
    operands: () => offer([], 'folders'),
  }),
  command('bake', { options: () => buildOptions, operands: (_, { options }) => offer(options.get('file') ?? []) }),
  command('check', { description: 'all but the build' }),
  command('compare', { options: () => buildOptions, operands: (_, { operands }) => offer(['a', 'b', ...operands]) }),
  command('shell', { operands: () => offer(['bash', 'zsh']) }),
  command('policy', { commands: [command('check', { options: () => buildOptions }), command('convert')] }),
];

describe('complete', () => {
  const all = 'build\tbuild from verified images\nbake\ncheck\tall but the build\ncompare\nshell\npolicy\n:4\n';
  it.each([
    [[''], all],
    [['b'], 'build\tbuild from verified images\nbake\n:4\n'],
    [['x'], ':4\n'],
    [[], all],
    [['build', '--v'], '--verify-format\n--verify-mode\n:4\n'],
    [['build', '--verify-mode', ''], 'enforce\nwarn\n:4\n'],
    [['build', '--verify-format', 's'], 'sarif\n:4\n'],
    [['build', '--file', ''], ':0\n'],
    [['build', '-f', ''], ':0\n'],
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
    // of `--x=v` the value alone is answered
    [['build', '--verify-mode='], 'enforce\nwarn\n:4\n'],
    [['build', '--verify-mode=w'], 'warn\n:4\n'],
    [['build', '--unknown=w'], ':4\n'],
    // what is no option's value
    [['build', '-qf', ''], ':0\n'],
    [['build', '-fq', ''], ':16\n'],
    [['build', '--file', '--push', '--pu'], '--push\n:4\n'],
    [['build', '--', '--pu'], ':16\n'],
    [['build', '--tag', 'a', '--ta'], '--tag\n:4\n'],
    [['build', '--push', '--pu'], ':4\n'],
    [['build', '-'], expect.stringContaining('\n-f\n-t\n-q\tsay nothing\n:4\n')],
    // more follows
    [['build', '--cache-to', 'type=l'], 'type=local,dest=\n:4\n'.replace('4', '6')],
    // earlier words tell
    [['bake', '-f', 'one', '--file=two', ''], 'one\ntwo\n:4\n'],
    [['compare', 'x', ''], 'a\nb\nx\n:4\n'],
  ])('answers %j', async (words, expected) => {
    expect(await complete(words, commands)).toEqual(expected);
  });
});

describe('what comes from others', () => {
  const hostile = [
    '$(touch /tmp/x)',
    '`id`',
    'a b',
    "it's",
    'a"b',
    'a\nb',
    'a\tb',
    'a;b',
    'a|b',
    '~root',
    '-rf',
    '*',
    'a\\',
  ];
  hostile.push('{a,b}', '!!', 'a&b', '<a', '(a)', '\u001B[2J', '\u202Eabc', '', ':0', 'x'.repeat(600));

  it('is not offered where any shell could take it for more than a name', async () => {
    const offering = [command('check', { operands: () => offer([...hostile, 'alpine:3.20', 'a/b@sha256:0']) })];
    expect(await complete(['check', ''], offering)).toBe('alpine:3.20\na/b@sha256:0\n:4\n');
  });

  it('is never more than the shell can show', async () => {
    const many = Array.from({ length: 10_000 }, (_, at) => `image-${at}`);
    const answer = await complete(['check', ''], [command('check', { operands: () => offer(many) })]);
    expect(answer.split('\n')).toHaveLength(502);
  });

  it('has descriptions that are text and nothing else', async () => {
    const described = command('check', { description: 'a `$(id)` "b" it\'s\n:0\u001B' });
    expect(await complete(['c'], [described])).toBe('check\ta (id) b it’s :0 \n:4\n');
  });

  it('whatever is typed is answered by lines of values and one directive', async () => {
    const word = fc.oneof(
      fc.constantFrom('build', 'policy', '--', '-f', '--file=', '-', ''),
      fc.string({ maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (words) => {
        expect(await complete(words, commands)).toMatch(/^(?:[\w./:@+=,-]+(?:\t.*)?\n)*:\d+\n$/);
      }),
    );
  });
});
