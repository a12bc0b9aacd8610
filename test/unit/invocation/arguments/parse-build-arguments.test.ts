import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseBuildArguments } from '../../../../src/invocation/index.ts';
import { type BuildTarget, VerifyError } from '../../../../src/model/index.ts';
import { environmentOf } from '../environment.ts';

const root = mkdtempSync(join(tmpdir(), 'invocation-'));
for (const folder of ['app', 'lower', 'github.com/acme/app', 'https:'])
  mkdirSync(join(root, folder), { recursive: true });
writeFileSync(join(root, 'app/Dockerfile'), 'FROM scratch\n');
writeFileSync(join(root, 'lower/dockerfile'), 'FROM scratch\n');
afterAll(() => rmSync(root, { recursive: true }));

const parse = (args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
  parseBuildArguments(args, environmentOf(root, variables));

function target(args: readonly string[], variables: Readonly<Record<string, string>> = {}): BuildTarget {
  const [only] = parse(args, variables).invocation.targets;
  if (only === undefined) throw new Error('no target');
  return only;
}

describe('the context', () => {
  it.each([
    ['.', { kind: 'folder', path: root }],
    ['app', { kind: 'folder', path: join(root, 'app') }],
    ['-', { kind: 'stdin' }],
    ['https://example.com/app.git#v1:sub', { kind: 'git', url: 'https://example.com/app.git#v1:sub' }],
    ['https://example.com/app%2Egit', { kind: 'git', url: 'https://example.com/app%2Egit' }],
    ['https://example.com/app.git?ref=v1', { kind: 'git', url: 'https://example.com/app.git?ref=v1' }],
    ['https://example.git', { kind: 'http', url: 'https://example.git' }],
    ['https://example.com/app.tar.gz', { kind: 'http', url: 'https://example.com/app.tar.gz' }],
    ['git@example.com:acme/app', { kind: 'git', url: 'git@example.com:acme/app' }],
    ['git://example.com/app', { kind: 'git', url: 'git://example.com/app' }],
    ['ssh://git@example.com/app', { kind: 'git', url: 'ssh://git@example.com/app' }],
    ['github.com/other/app', { kind: 'git', url: 'github.com/other/app' }],
    ['github.com/acme/app', { kind: 'folder', path: join(root, 'github.com/acme/app') }],
  ])('%s is read as buildx reads it', (written, expected) => {
    expect(target([written]).context).toEqual(expected);
  });

  it.each([['missing'], ['app/Dockerfile'], [''], ['./github.com/other/app'], ['ftp://example.com/x']])(
    'refuses "%s"',
    (written) => {
      expect(() => parse([written])).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
    },
  );

  it.each([
    [['--new', 'value', '.'], '.'],
    [['--new', '.'], '.'],
    [['.', '--new', 'app'], '.'],
    [['--new=value', '.'], '.'],
    [['-Zx', '.'], '.'],
    [['--', 'app'], 'app'],
  ])('is found beside an unknown option: %j', (args, expected) => {
    expect(parse(args).contextWritten).toBe(expected);
  });

  it.each([[[]], [['.', 'app']], [['--new', 'app', '--newer', '.']], [['-f', 'Dockerfile']]])(
    'cannot be determined from %j',
    (args) => {
      expect(() => parse(args)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
    },
  );
});

describe('the Dockerfile', () => {
  it.each([
    [['.'], { kind: 'file', path: join(root, 'Dockerfile'), written: 'Dockerfile' }],
    [['app'], { kind: 'file', path: join(root, 'app/Dockerfile'), written: 'app/Dockerfile' }],
    [['lower'], { kind: 'file', path: join(root, 'lower/dockerfile'), written: 'lower/dockerfile' }],
    [
      ['-f', 'lower/Dockerfile', '.'],
      { kind: 'file', path: join(root, 'lower/dockerfile'), written: 'lower/dockerfile' },
    ],
    [['app', '-f', 'x.Dockerfile'], { kind: 'file', path: join(root, 'x.Dockerfile'), written: 'x.Dockerfile' }],
    [['app', '-f', 'a', '--file=b'], { kind: 'file', path: join(root, 'b'), written: 'b' }],
    [['app', '-f', 'a', '--file='], { kind: 'file', path: join(root, 'app/Dockerfile'), written: 'app/Dockerfile' }],
    [['.', '-f', '-'], { kind: 'stdin' }],
    [['.', '-f', 'https://example.com/Dockerfile'], { kind: 'remote', url: 'https://example.com/Dockerfile' }],
    [['-'], { kind: 'in-context', path: 'Dockerfile' }],
    [['-', '-f', 'sub/Dockerfile'], { kind: 'in-context', path: 'sub/Dockerfile' }],
    [['git://example.com/app', '-f', 'sub/Dockerfile'], { kind: 'in-context', path: 'sub/Dockerfile' }],
    [['git://example.com/app', '-f', '-'], { kind: 'stdin' }],
    [
      ['git://example.com/app', '-f', join(root, 'app/Dockerfile')],
      { kind: 'file', path: join(root, 'app/Dockerfile'), written: join(root, 'app/Dockerfile') },
    ],
  ])('of %j is where buildx looks', (args, expected) => {
    expect(target(args).dockerfile).toEqual(expected);
  });

  it('cannot come from the same standard input as the context', () => {
    expect(() => parse(['-', '-f', '-'])).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });

  it.each([
    [['.'], 'none'],
    [['-'], 'context'],
    [['.', '-f', '-'], 'dockerfile'],
  ])('%j uses standard input for: %s', (args, expected) => {
    expect(parse(args).stdin).toBe(expected);
  });
});

describe('what decides the images', () => {
  it('takes build arguments from the command line and the environment, the last of a name first', () => {
    const args = [
      '--build-arg',
      'A=1',
      '--build-arg=A=2=3',
      '--build-arg',
      'HOME',
      '--build-arg',
      'UNSET',
      '--build-arg',
      'E=',
      '.',
    ];
    expect(target(args, { HOME: '/h' }).buildArguments).toEqual({ A: '2=3', HOME: '/h', UNSET: null, E: '' });
  });

  it('keeps an earlier value where a bare name has none in the environment', () => {
    expect(target(['--build-arg', 'A=1', '--build-arg', 'A', '.']).buildArguments).toEqual({ A: '1' });
  });

  it('holds a build argument with the name of a prototype', () => {
    expect(Object.entries(target(['--build-arg', '__proto__=x', '.']).buildArguments)).toEqual([['__proto__', 'x']]);
  });

  it.each([
    [['.'], {}, []],
    [['.'], { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' }, ['linux/arm64']],
    [
      ['.', '--platform=linux/amd64,linux/arm64', '--platform', 'local'],
      {},
      ['linux/amd64', 'linux/arm64', 'linux/amd64'],
    ],
    [['.', '--platform=linux/s390x'], { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' }, ['linux/s390x']],
  ])('takes the platforms of %j with %j', (args, variables, expected) => {
    expect(target(args, variables).platforms).toEqual(expected);
  });

  it('takes the stage and named contexts as written', () => {
    const found = target([
      '.',
      '--target',
      'Build',
      '--build-context',
      'alpine:3=docker-image://x/y',
      '--build-context=src=../a=b',
    ]);
    expect(found.stage).toBe('Build');
    expect(found.namedContexts).toEqual([
      { name: 'alpine:3', key: 'alpine:3', value: 'docker-image://x/y' },
      { name: 'src', key: 'src', value: '../a=b' },
    ]);
  });

  it.each([
    [['a=x', 'docker.io/library/a:latest=y'], [{ name: 'docker.io/library/a:latest', key: 'a', value: 'y' }]],
    [['docker.io/library/1=x', '1=y'], [{ name: '1', key: '1', value: 'y' }]],
    [['1=x', 'docker.io/library/1=y'], [{ name: 'docker.io/library/1', key: '1', value: 'y' }]],
    [['[::1]:5000/a:1=x'], [{ name: '[::1]:5000/a:1', key: '[::1]:5000/a:1', value: 'x' }]],
    [
      [`a:latest@sha256:${'a'.repeat(64)}=x`],
      [{ name: `a:latest@sha256:${'a'.repeat(64)}`, key: `a:latest@sha256:${'a'.repeat(64)}`, value: 'x' }],
    ],
  ])('finds of the contexts %j the last of each name, however it is spelled', (values, expected) => {
    expect(target(['.', ...values.map((value) => `--build-context=${value}`)]).namedContexts).toEqual(expected);
  });

  it.each([
    ['user/app:cache', [{ type: 'registry', ref: 'user/app:cache' }]],
    [
      'a/b,c/d',
      [
        { type: 'registry', ref: 'a/b' },
        { type: 'registry', ref: 'c/d' },
      ],
    ],
    ['type=registry,ref=a/b', [{ type: 'registry', ref: 'a/b' }]],
    ['TYPE=local,src=./cache', [{ type: 'local', ref: 'src=./cache' }]],
    ['type=local,"src=a,b"', [{ type: 'local', ref: 'src=a,b' }]],
    ['type=gha', [{ type: 'gha', ref: '' }]],
    ['type=s3,bucket=b,secret_access_key=hunter2', [{ type: 's3', ref: 'bucket=b,secret_access_key=***' }]],
  ])('reads --cache-from %s', (value, expected) => {
    expect(target(['.', '--cache-from', value]).cacheImports).toEqual(expected);
  });

  it.each([
    [[], null],
    [['--sbom=false'], null],
    [['--sbom=true'], 'docker/buildkit-syft-scanner:stable-1'],
    [['--sbom', 'generator=acme/scanner:1'], 'acme/scanner:1'],
    [['--attest', 'type=sbom'], 'docker/buildkit-syft-scanner:stable-1'],
    [['--attest', 'type=sbom,generator=a/b'], 'a/b'],
    [['--attest=type=sbom,disabled=true'], null],
    [['--attest=type=provenance,mode=max'], null],
    [['--sbom=false', '--attest', 'type=sbom,generator=a/b'], 'a/b'],
    [['--attest', 'type=SBOM'], 'docker/buildkit-syft-scanner:stable-1'],
    [['--build-arg', 'BUILDKIT_ATTEST_SBOM=generator=a/b'], 'a/b'],
    [['--build-arg', 'BUILDKIT_ATTEST_sbom='], 'docker/buildkit-syft-scanner:stable-1'],
    [['--build-arg', 'BUILDKIT_ATTEST_SBOM=generator=a/b', '--sbom=false'], 'a/b'],
    [['--build-arg', 'BUILDKIT_ATTEST_SBOM=true'], 'docker/buildkit-syft-scanner:stable-1'],
    [['--build-arg', 'BUILDKIT_ATTEST_SBOM'], null],
  ])('knows the SBOM generator of %j', (args, expected) => {
    expect(target([...args, '.']).sbomGenerator).toBe(expected);
  });

  it.each([
    [['--build-arg', '=x']],
    [['--build-context', 'nothing']],
    [['--cache-from', 'type=local,src']],
    [['--cache-from', 'src=x']],
    [['--cache-from', 'type=local,"src=x']],
    [['--attest', 'generator=x']],
    [['--attest', 'type=sbom,disabled=perhaps']],
  ])('refuses %j', (args) => {
    expect(() => parse([...args, '.'])).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });
});

describe('what the build puts out', () => {
  it.each([
    [['-q'], {}, true],
    [['--quiet=false'], {}, false],
    [['--progress', 'quiet'], {}, true],
    [[], { BUILDKIT_PROGRESS: 'quiet' }, true],
    [['--progress=plain'], { BUILDKIT_PROGRESS: 'quiet' }, false],
    [['--progress=auto'], { BUILDKIT_PROGRESS: 'quiet' }, true],
  ])('%j with %j is quiet: %s', (args, variables, expected) => {
    expect(parse([...args, '.'], variables).quiet).toBe(expected);
  });

  it.each([
    [['--check'], 'check'],
    [['--call', 'outline,format=json'], 'outline,format=json'],
    [['--call=build'], null],
    [['--check', '--call=build'], null],
    [['--call=outline', '--check'], 'check'],
    [['--check=false'], null],
    [['--print', 'targets'], 'targets'],
  ])('%j runs %s in place of a build', (args, expected) => {
    expect(parse([...args, '.']).callOrCheck).toBe(expected);
  });

  it.each([
    [['--push'], true],
    [['-o', 'type=registry'], true],
    [['-o', 'type=image,push=true'], true],
    [['-o', 'type=image,push=false'], false],
    [['-o', 'type=local,dest=x'], false],
    [['-o', 'folder'], false],
  ])('%j pushes: %s', (args, expected) => {
    expect(parse([...args, '.']).push).toBe(expected);
  });

  it('names the builder of the command line before that of the environment', () => {
    const preset = { BUILDX_BUILDER: 'preset' };
    expect(parse(['.'], preset).invocation.builder).toBe('preset');
    expect(parse(['.', '--builder', 'given'], preset).invocation.builder).toBe('given');
    expect(parse(['.']).invocation.builder).toBeNull();
  });
});

describe('any command line', () => {
  it('is handed on as it is, or refused with a VerifyError', () => {
    const word = fc.oneof(
      fc.constantFrom(
        '.',
        'app',
        '-',
        '-f',
        '-qf',
        '--',
        '--platform',
        '--cache-from',
        'type=sbom',
        '--sbom',
        '-o',
        '"',
        ',',
        '--new',
        '--build-arg',
      ),
      fc.string({ maxLength: 10 }),
    );
    const outcome = (args: readonly string[]): unknown => {
      try {
        return parse(args).args;
      } catch (error) {
        return error instanceof VerifyError ? args : error;
      }
    };
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (args) => {
        expect(outcome(args)).toBe(args);
      }),
      { numRuns: 2_000 },
    );
  });
});
