import { describe, expect, it } from 'vitest';
import { parseBakeArguments } from '../../../../src/invocation/index.ts';
import { environmentOf } from '../environment.ts';

const parse = (args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
  parseBakeArguments(args, environmentOf('/work', variables));

describe('parseBakeArguments', () => {
  it('reads files, overrides, targets and builder', () => {
    const args = [
      '-f',
      'a.hcl',
      '--file=b.json',
      'app',
      '--set',
      '*.platform=linux/arm64',
      'db',
      '--builder',
      'x',
      '--no-cache',
    ];
    expect(parse(args)).toMatchObject({
      buildArguments: ['app', 'db', '--builder=x'],
      files: ['a.hcl', 'b.json'],
      targets: ['app', 'db'],
      overrides: ['*.platform=linux/arm64'],
      builder: 'x',
      noCache: true,
      stdin: 'none',
      definitionUrl: null,
      isListing: false,
    });
  });

  it.each([
    [['-f', '-'], {}, 'definition'],
    [['-f', 'a.hcl', '-f-'], {}, 'definition'],
    [['-f', 'cwd://-', 'https://example.com/app.git'], {}, 'definition'],
    [['-f', '-', 'https://example.com/app.git'], {}, 'none'],
    [[], { BUILDX_BAKE_FILE: 'a.hcl:-' }, 'definition'],
    [['-f', 'a.hcl'], { BUILDX_BAKE_FILE: '-' }, 'none'],
    [[], { BUILDX_BAKE_FILE: 'a.hcl,-', BUILDX_BAKE_PATH_SEPARATOR: ',' }, 'definition'],
    [[], {}, 'none'],
  ])('%j with %j takes from standard input: %s', (args, variables, expected) => {
    expect(parse(args, variables).stdin).toBe(expected);
  });

  it.each([
    [['https://example.com/app.git', 'app'], 'https://example.com/app.git', ['app']],
    [['https://example.com/app.git', 'https://example.com/other.git', 'app'], 'https://example.com/app.git', ['app']],
    [['app', 'https://example.com/app.git'], null, ['app', 'https://example.com/app.git']],
  ])('%j has its definition at %s', (args, url, targets) => {
    expect(parse(args)).toMatchObject({ definitionUrl: url, targets });
  });

  it.each([
    [
      ['-Df', 'x', '--set', 'a.b=c', '--var=A=b', 'app'],
      ['--debug=true', 'app'],
    ],
    [
      ['--allow', 'ssh', '--allow=fs=*', '--', 'a', '-b'],
      ['--allow=ssh', '--allow=fs=*', '--', 'a', '-b'],
    ],
    [
      ['--check', '--progress=plain', '--metadata-file', 'm'],
      ['--check=true', '--progress=plain', '--metadata-file=m'],
    ],
    [['--call', 'outline,format=json'], ['--call=outline,format=json']],
    [['--push', '--load', '--pull', '--no-cache', '--sbom=true', '--provenance', 'max'], []],
    [
      ['--policy', 'filename=a.rego', '--policy=strict=true'],
      ['--policy=filename=a.rego', '--policy=strict=true'],
    ],
    [['https://example.com/app.git', 'https://example.com/b.git', 'app'], ['app']],
    [
      ['--new', 'value', 'app'],
      ['--new', 'value', 'app'],
    ],
  ])('leaves of %j for the evaluated definition what does not decide it', (args, expected) => {
    expect(parse(args).buildArguments).toEqual(expected);
  });

  it.each([
    [['--print'], true],
    [['--list=targets'], true],
    [['--list-targets'], true],
    [['--list-variables'], true],
    [['--print=false'], false],
    [['--check'], false],
  ])('%j only lists: %s', (args, expected) => {
    expect(parse(args).isListing).toBe(expected);
  });

  it('asks buildx for the same targets without a progress display', () => {
    expect(parse(['--progress', 'rawjson', '-f', '-', '--push', '--', 'app']).printArguments).toEqual([
      '--print',
      '--progress=quiet',
      '-f',
      '-',
      '--push',
      '--',
      'app',
    ]);
  });

  it.each([
    [['--check'], 'check'],
    [['--call', 'targets'], 'targets'],
    [['--print'], null],
  ])('%j runs %s in place of a build', (args, expected) => {
    expect(parse(args).callOrCheck).toBe(expected);
  });

  it('refuses an option without its value', () => {
    expect(() => parse(['--set'])).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });
});
