import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVerifyError } from '../../../src/model/index.ts';
import { type PluginCall, parsePluginArguments } from '../../../src/plugin/index.ts';

const plugin = '/usr/libexec/docker/cli-plugins/docker-verify';

function call(argv: readonly string[], startedAs = plugin): PluginCall {
  return parsePluginArguments(argv, startedAs);
}

describe('parsePluginArguments', () => {
  const calls: readonly [readonly string[], Partial<PluginCall>][] = [
    [['verify', 'build', '.'], { command: 'build', args: ['.'], standalone: false }],
    [['build', '.'], { command: 'build', args: ['.'], standalone: true }],
    [
      ['-D', '--context', 'x', 'verify', 'build', '-D', '.'],
      { command: 'build', args: ['-D', '.'], dockerFlags: ['-D', '--context', 'x'] },
    ],
    [
      ['-cx', '-Hunix:///s', '-lwarn', 'verify', 'ls'],
      { command: 'ls', dockerFlags: ['-cx', '-Hunix:///s', '-lwarn'] },
    ],
    [['-Dc', 'verify', 'verify', 'ls'], { command: 'ls', dockerFlags: ['-Dc', 'verify'] }],
    [
      ['--config=/c', '--tls=false', '--tlscert', 'verify', 'verify', 'du'],
      { command: 'du', dockerFlags: ['--config=/c', '--tls=false', '--tlscert', 'verify'] },
    ],
    [
      ['--host', 'h', 'check', 'verify'],
      { command: 'check', args: ['verify'], dockerFlags: ['--host', 'h'], standalone: true },
    ],
    [['verify', '--builder', 'x', 'build', '.'], { command: 'build', args: ['--builder', 'x', '.'], dockerFlags: [] }],
    [['verify', '--builder=x', '--debug', 'prune', '-f'], { command: 'prune', args: ['--builder=x', '--debug', '-f'] }],
    [['verify', 'b', '.'], { command: 'build', args: ['.'] }],
    [['verify', 'f', 'app'], { command: 'bake', args: ['app'] }],
    [['verify', 'build', '--help'], { command: 'build', args: ['--help'] }],
    [['verify', '--help'], { command: 'help', args: [] }],
    [['verify'], { command: 'help', args: [], standalone: false }],
    [[], { command: 'help', args: [], standalone: true }],
    [['help', 'verify'], { command: 'help', args: [], standalone: false }],
    [['help', 'verify', 'build'], { command: 'help', args: ['build'] }],
    [['--version'], { command: 'version' }],
    [['__complete', 'verify', 'build', '--f'], { command: '__complete', args: ['build', '--f'], standalone: false }],
    [['__complete', 'build', ''], { command: '__complete', args: ['build', ''], standalone: true }],
    [['docker-cli-plugin-metadata'], { command: 'docker-cli-plugin-metadata', args: [] }],
    [['verify', 'inspect', 'verify'], { command: 'inspect', args: ['verify'] }],
  ];
  it.each(calls)('reads %j', (argv, expected) => {
    expect(call(argv)).toMatchObject({ role: 'verify', ...expected });
  });

  it.each([
    [['verify', '--verify-mode', 'warn', 'build', '.']],
    [['--unheard-of', 'verify', 'build']],
    [['--context']],
    [['verify', '--builder']],
  ])('refuses %j', (argv) => {
    expect(() => call(argv)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });

  it('answers a mistyped option before the command with the one that was meant', () => {
    expect(() => call(['--verison'])).toThrow(expect.objectContaining({ hint: 'did you mean --version?' }));
    expect(() => call(['verify', '--hlep'])).toThrow(expect.objectContaining({ hint: 'did you mean --help?' }));
    expect(() => call(['verify', '--unlike'])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('write the command first') }),
    );
  });

  it('takes everything for arguments of build when started as docker-verify-build', () => {
    const expected = { role: 'verify', dockerFlags: [], command: 'build', args: ['-c', '2', '.'], standalone: true };
    expect(call(['-c', '2', '.'], '/usr/bin/docker-verify-build')).toEqual(expected);
    expect(call(['-c', '2', '.'], 'C:\\bin\\docker-verify-build.EXE')).toEqual(expected);
  });

  it.each([
    [['buildx', 'build', '.'], { command: 'build', args: ['.'], standalone: false }],
    [
      ['--context', 'x', 'buildx', '--builder', 'y', 'bake'],
      { command: 'bake', args: ['--builder', 'y'], dockerFlags: ['--context', 'x'] },
    ],
    [['bake', '--file', '-'], { command: 'bake', args: ['--file', '-'], standalone: true }],
    [['docker-cli-plugin-metadata'], { command: 'docker-cli-plugin-metadata' }],
    [['verify', 'build', '.'], { command: 'verify' }],
    [['buildx'], { command: '--help', args: [] }],
    [['buildx', '--builder', 'y'], { command: '--help', args: [] }],
    [['buildx', '--help', 'imagetools'], { command: '--help', args: ['imagetools'] }],
    [['buildx', '-h'], { command: '-h', args: [] }],
    [['help', 'buildx', 'build'], { command: '--help', args: ['build'], standalone: false }],
    [['buildx', 'help'], { command: 'help', args: [] }],
  ])('stands in front of buildx when started as docker-buildx: %j', (argv, expected) => {
    expect(call(argv, '/home/me/.docker/verify/plugins/docker-buildx')).toMatchObject({ role: 'buildx', ...expected });
  });

  it('throws nothing but a usage error', () => {
    const word = fc.oneof(
      fc.constantFrom('verify', 'build', '-D', '-c', '--', '-', 'help', '__complete'),
      fc.string({ maxLength: 6 }),
    );
    const outcome = (argv: readonly string[]): unknown => {
      try {
        return typeof call(argv).command;
      } catch (error) {
        return isVerifyError(error, 'usage.invalid') ? 'string' : error;
      }
    };
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
        expect(outcome(argv)).toBe('string');
      }),
      { numRuns: 2_000 },
    );
  });
});
