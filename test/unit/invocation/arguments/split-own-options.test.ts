import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeOptions,
  type OptionHost,
  refuseUnknownOptions,
  splitOwnOptions,
  takeCommandOptions,
} from '../../../../src/invocation/index.ts';
import { defaultOwnOptions, isVerifyError, type OwnOptions, VerifyError } from '../../../../src/model/index.ts';

function refusal(action: () => unknown): VerifyError {
  try {
    action();
  } catch (error) {
    if (isVerifyError(error, 'usage.invalid')) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('splitOwnOptions', () => {
  const accepted: readonly [readonly string[], Partial<OwnOptions>][] = [
    [['--verify-policy', 'a.yaml', '--verify-policy=b.yaml'], { policies: ['a.yaml', 'b.yaml'] }],
    [['--verify-policy=./strict=true'], { policies: ['./strict=true'] }],
    [['--verify-trusted-root=root.json'], { trustedRoots: ['root.json'] }],
    [['--verify-mode', 'warn', '--verify-mode=enforce'], { mode: 'enforce' }],
    [['--verify-format', 'sarif'], { format: 'sarif', formatGiven: true }],
    [['--verify-format', 'sarif=out.sarif'], { reports: [{ format: 'sarif', file: 'out.sarif' }] }],
    [
      ['--verify-format=sarif=a=b.sarif', '--verify-format', 'text', '--verify-format=json=x.json'],
      {
        format: 'text',
        formatGiven: true,
        reports: [
          { format: 'sarif', file: 'a=b.sarif' },
          { format: 'json', file: 'x.json' },
        ],
      },
    ],
    [['--verify-output=report.json'], { output: 'report.json' }],
    [['--verify-offline', '--verify-refresh', '--verify-fresh'], { offline: true, refresh: true, fresh: true }],
    [['--verify-offline', '--verify-offline=false'], { offline: false }],
    [['--verify-jobs', '3'], { jobs: 3 }],
    [['--verify-timeout', '1m30s'], { timeout: 90_000 }],
    [['--verify-timeout=500ms'], { timeout: 500 }],
    [['--verify-quiet=1'], { quiet: true }],
    [['--verify-no-color'], { color: false }],
  ];
  it.each(accepted)('reads %j', (args, expected) => {
    expect(splitOwnOptions(args)).toEqual({ own: { ...defaultOwnOptions, ...expected }, rest: [] });
  });

  it.each([
    ['--verify-policy=filename=policy.rego'],
    ['--verify-policy=Disabled=true'],
    ['--verify-policy=strict=true,log-level=debug'],
    ['--verify-policy=reset=true'],
    ['--verify-policy='],
    ['--verify-mode=strict'],
    ['--verify-format=xml'],
    ['--verify-format=xml=x'],
    ['--verify-format='],
    ['--verify-format=json='],
    ['--verify-format=json=-'],
    ['--verify-jobs=0'],
    ['--verify-jobs=many'],
    ['--verify-jobs=99999'],
    ['--verify-timeout=60'],
    ['--verify-timeout=0s'],
    ['--verify-timeout=-1s'],
    ['--verify-timeout=10000h'],
    ['--verify-offline=maybe'],
    ['--verify-output='],
    ['--verify-trusted-root='],
    ['--verify-policy'],
    ['---verify-mode'],
  ])('refuses %s and says what to write', (argument) => {
    expect(refusal(() => splitOwnOptions([argument])).hint).not.toBeNull();
  });

  it.each([
    ['--verify-polcy=a.yaml', '--verify-policy'],
    ['--verify-timeuot', '--verify-timeout'],
    ['--verify-nocolour', '--verify-no-color'],
  ])('answers %s with the name that was meant', (argument, nearest) => {
    expect(refusal(() => splitOwnOptions([argument, '.'])).hint).toContain(nearest);
  });

  it.each([
    [['--verify-format=json', '--verify-format=text'], 'without a file'],
    [['--verify-format=json', '--verify-format=json'], 'without a file'],
    [['--verify-format=json=a', '--verify-format=json=b'], 'json=…'],
  ])('refuses a format that is given twice: %j', (args, named) => {
    expect(refusal(() => splitOwnOptions(args)).message).toContain(named);
  });

  it('leaves everything of Docker’s as it was, in order', () => {
    const args = ['-t', 'x', '--verify-mode', 'warn', '--build-arg=A=1', '.', '--verify-offline', '--push'];
    expect(splitOwnOptions(args).rest).toEqual(['-t', 'x', '--build-arg=A=1', '.', '--push']);
  });

  it.each([[['--label', '--verify-offline', '.']], [['-t', '--verify-mode', '.']], [['--', '--verify-nonsense']]])(
    'does not take what is a value of Docker’s options or stands after the end of options: %j',
    (args) => {
      expect(splitOwnOptions(args)).toEqual({ own: defaultOwnOptions, rest: args });
    },
  );

  it('leaves options without the prefix to buildx unless the command is ours', () => {
    const args = ['--policy', 'disabled=true', '.'];
    expect(splitOwnOptions(args).rest).toEqual(args);
    expect(refusal(() => splitOwnOptions(args, { bare: true })).message).toContain('--policy');
    expect(splitOwnOptions(['--mode', 'warn', '--policy=p.yaml', '.'], { bare: true })).toEqual({
      own: { ...defaultOwnOptions, mode: 'warn', policies: ['p.yaml'] },
      rest: ['.'],
    });
  });

  it.each(['--polcy=x', '--ofline', '--modes', '--trusted-roo'])('refuses %s where ours need no prefix', (option) => {
    expect(() => splitOwnOptions([option, '.'], { bare: true })).toThrow(/no option --/);
    expect(splitOwnOptions([option, '.']).rest).toEqual([option, '.']);
  });

  it.each(['--some-new-option', '--yes', '--key', '--update', '--prune'])(
    'leaves %s alone, which is like none of ours',
    (option) => {
      expect(splitOwnOptions([option, '.'], { bare: true }).rest).toEqual([option, '.']);
    },
  );

  it('takes - for standard output, which a build does not share', () => {
    expect(splitOwnOptions(['--verify-output', '-', '.'], { bare: true }).own.output).toBeNull();
    expect(() => splitOwnOptions(['--verify-output', '-', '.'])).toThrow(/Docker's alone/);
  });

  it('leaves --output and --quiet to buildx where it builds, and takes them where nothing is built', () => {
    const args = ['--output', 'x.json', '-q', '.'];
    expect(splitOwnOptions(args)).toEqual({ own: defaultOwnOptions, rest: args });
    expect(splitOwnOptions(args, { bare: true })).toEqual({
      own: { ...defaultOwnOptions, output: 'x.json', quiet: true },
      rest: ['.'],
    });
    const build = ['--output', 'type=local,dest=x', '.'];
    expect(splitOwnOptions(build, { bare: true })).toEqual({ own: defaultOwnOptions, rest: build });
    expect(refusal(() => splitOwnOptions(['-qf', 'Dockerfile', '.'], { bare: true })).hint).toContain('apart');
  });

  it.each([['--mode', 'warn'], ['--offline'], ['--policy', 'docker-verify.yaml'], ['--policy=p.yaml']])(
    'refuses ours without the prefix on a build: %s',
    (...args) => {
      expect(refusal(() => splitOwnOptions([...args, '.'])).hint).toContain('--verify-');
    },
  );

  it('refuses what neither we nor docker build have', () => {
    expect(refusal(() => refuseUnknownOptions(['--taget', 'x', '.'])).hint).toBe('did you mean --target?');
    expect(refusal(() => refuseUnknownOptions(['-Z', '.'])).message).toContain('-Z');
    expect(refusal(() => refuseUnknownOptions(['-F', 'x', '.'])).hint).toBe('did you mean -f, --file?');
    const options = describeOptions([['older-than', 'AGE', '']]);
    expect(refusal(() => refuseUnknownOptions(['--older', '1d'], { host: 'none', options, own: true })).hint).toBe(
      'did you mean --older-than?',
    );
    expect(refusal(() => refuseUnknownOptions(['--quiet'], { host: 'none', options: [], own: false })).hint).toBe(
      'it takes none',
    );
    expect(refusal(() => refuseUnknownOptions(['--recursive', '.'])).hint).toBe('--help lists those that it has');
    const takers = (option: string): readonly string[] => (option === 'recursive' ? ['check'] : []);
    const taken = { host: 'build', options: [], own: true, takers } as const;
    expect(refusal(() => refuseUnknownOptions(['--recursive', '.'], taken)).hint).toBe('docker verify check has it');
    expect(refusal(() => refuseUnknownOptions(['--taget', '.'], taken)).hint).toBe('did you mean --target?');
    expect(refusal(() => refuseUnknownOptions(['--tag', 'x'], { host: 'none', options: [], own: true }))).toBeDefined();
    expect(() => refuseUnknownOptions(['--target', 'x', '-t', 'y', '--', '--nonsense'])).not.toThrow();
  });

  it('knows that --print takes a value in build and none in bake', () => {
    const args = ['--print', '--verify-offline'];
    expect(splitOwnOptions(args, { host: 'build' }).rest).toEqual(args);
    expect(splitOwnOptions(args, { host: 'bake' })).toEqual({
      own: { ...defaultOwnOptions, offline: true },
      rest: ['--print'],
    });
  });

  it('throws nothing but a usage error, and otherwise only takes away', () => {
    const word = fc.oneof(
      fc.constantFrom(
        '--verify-mode',
        'warn',
        '--verify-offline',
        '--',
        '-f',
        '-qf',
        '--label',
        '--policy',
        '--verify-',
        '-',
        '.',
        '=',
      ),
      fc.string({ maxLength: 12 }),
    );
    const hosts: readonly OptionHost[] = ['build', 'bake', 'none'];
    const isSubsequence = (rest: readonly string[], args: readonly string[]): boolean => {
      let at = 0;
      for (const argument of args) if (argument === rest[at]) at += 1;
      return at === rest.length;
    };
    const isSound = (args: readonly string[], bare: boolean, host: OptionHost): boolean => {
      try {
        return isSubsequence(splitOwnOptions(args, { bare, host }).rest, args);
      } catch (error) {
        return error instanceof VerifyError && error.code === 'usage.invalid';
      }
    };
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.boolean(), fc.constantFrom(...hosts), (args, bare, host) => {
        expect(isSound(args, bare, host)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('takeCommandOptions', () => {
  const options = describeOptions([
    ['yes', null, ''],
    ['key', 'FILE*', ''],
    ['check', null, ''],
  ]);
  const taken = (args: readonly string[]) => {
    const { given, others } = takeCommandOptions(args, options, 'build');
    return { yes: given.isOn('yes'), check: given.isOn('check'), keys: given.all('key'), others };
  };
  const nothing = { yes: false, check: false, keys: [], others: [] };

  it.each([
    [['--yes', '.'], { ...nothing, yes: true, others: ['.'] }],
    [['--yes=false', '.'], { ...nothing, others: ['.'] }],
    [['--key', 'a', '--key=b', '.'], { ...nothing, keys: ['a', 'b'], others: ['.'] }],
    [['--check', '.'], { ...nothing, check: true, others: ['.'] }],
    [['--build-arg', '--yes', '--', '--yes'], { ...nothing, others: ['--build-arg', '--yes', '--', '--yes'] }],
    [['--policy', '--key', '.'], { ...nothing, others: ['--policy', '--key', '.'] }],
  ])('reads %j', (args, expected) => {
    expect(taken(args)).toEqual(expected);
  });

  it('refuses one without its value', () => {
    expect(refusal(() => taken(['.', '--key'])).hint).toContain('--key');
  });
});
