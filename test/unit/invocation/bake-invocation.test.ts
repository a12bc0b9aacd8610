import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bakeInvocation, bakeProducts, parseBakeArguments } from '../../../src/invocation/index.ts';
import type { BuildTarget } from '../../../src/model/index.ts';
import { environmentOf } from './environment.ts';

const root = mkdtempSync(join(tmpdir(), 'bake-'));
mkdirSync(join(root, 'app'));
writeFileSync(join(root, 'app/dockerfile'), 'FROM scratch\n');
afterAll(() => rmSync(root, { recursive: true }));

const environment = environmentOf(root);

function read(target: unknown, args: readonly string[] = []): BuildTarget {
  const printed = { group: { default: { targets: ['app'] } }, target: { app: target } };
  const [only] = bakeInvocation(printed, parseBakeArguments(args, environment), environment).targets;
  if (only === undefined) throw new Error('no target');
  return only;
}

const remote = 'https://example.com/app.git';

describe('bakeInvocation', () => {
  it('reads everything that decides the images', () => {
    const target = {
      context: 'app',
      dockerfile: 'x.Dockerfile',
      args: { A: '1', B: null },
      contexts: { base: 'docker-image://alpine', lib: 'target:lib', src: 'cwd://src' },
      target: 'final',
      platforms: ['linux/amd64', 'linux/arm64,linux/s390x'],
      'cache-from': [{ type: 'registry', ref: 'a/b' }, 'c/d', { type: 'gha', token: 'hunter2', scope: 's' }],
      attest: [
        { type: 'provenance', mode: 'max' },
        { type: 'sbom', generator: 'acme/scanner' },
      ],
      labels: { x: 'y' },
      policy: [{ disabled: true }],
    };
    expect(read(target)).toEqual({
      name: 'app',
      context: { kind: 'folder', path: join(root, 'app') },
      dockerfile: { kind: 'file', path: join(root, 'app/x.Dockerfile'), written: 'app/x.Dockerfile' },
      stage: 'final',
      platforms: ['linux/amd64', 'linux/arm64', 'linux/s390x'],
      buildArguments: { A: '1', B: null },
      namedContexts: [
        { name: 'base', key: 'base', value: 'docker-image://alpine' },
        { name: 'lib', key: 'lib', value: 'target:lib' },
        { name: 'src', key: 'src', value: 'src' },
      ],
      cacheImports: [
        { type: 'registry', ref: 'a/b' },
        { type: 'registry', ref: 'c/d' },
        { type: 'gha', ref: 'token=***,scope=s' },
      ],
      sbomGenerator: 'acme/scanner',
    });
  });

  it.each([
    [{}, { kind: 'file', path: join(root, 'Dockerfile'), written: 'Dockerfile' }],
    [{ context: 'app' }, { kind: 'file', path: join(root, 'app/dockerfile'), written: 'app/dockerfile' }],
    [
      { context: 'app', dockerfile: 'cwd://x' },
      { kind: 'file', path: join(root, 'x'), written: join(root, 'x') },
    ],
    [
      { context: 'app', dockerfile: '/x' },
      { kind: 'file', path: '/x', written: '/x' },
    ],
    [
      { context: remote, dockerfile: 'sub/x' },
      { kind: 'in-context', path: 'sub/x' },
    ],
    [
      { context: remote, dockerfile: '/x' },
      { kind: 'file', path: '/x', written: '/x' },
    ],
    [{ 'dockerfile-inline': 'FROM alpine' }, { kind: 'inline', text: 'FROM alpine' }],
  ])('finds the Dockerfile of %j', (target, expected) => {
    expect(read(target).dockerfile).toEqual(expected);
  });

  it('takes the folders of a remote definition for parts of it', () => {
    const target = read({ context: remote, contexts: { a: '.', b: 'sub', c: 'cwd://here', d: 'docker-image://x' } }, [
      remote,
    ]);
    expect(target.context).toEqual({ kind: 'git', url: remote });
    expect(target.namedContexts.map(({ value }) => value)).toEqual([remote, remote, 'here', 'docker-image://x']);
  });

  it.each([
    [remote, 'app', `${remote}#:app`],
    [`${remote}#main`, './app/', `${remote}#main:app/`],
    [`${remote}#main:outer`, '../app', `${remote}#main:app`],
    [`${remote}?ref=main&subdir=outer`, 'app', `${remote}?ref=main&subdir=outer/app`],
    [`${remote}?ref=main`, 'app', `${remote}?ref=main#:app`],
  ])(
    'looks for a context of a definition in its repository, though a folder here has that name: %s, %s',
    (url, context, found) => {
      const target = read({ context, dockerfile: 'x' }, [url]);
      expect(target.context).toEqual({ kind: 'git', url: found });
      expect(target.dockerfile).toEqual({ kind: 'in-context', path: 'x' });
    },
  );

  it('takes a context here for one where a remote definition says so', () => {
    const target = read({ context: 'cwd://app' }, [remote]);
    expect(target.context).toEqual({ kind: 'folder', path: join(root, 'app') });
    expect(target.dockerfile).toEqual({ kind: 'file', path: join(root, 'app/dockerfile'), written: 'app/dockerfile' });
  });

  it('does not take a folder that is named like a URL for the context of a remote definition', () => {
    mkdirSync(join(root, 'https:/example.com/app.git'), { recursive: true });
    expect(read({ context: remote }, [remote]).context).toEqual({ kind: 'git', url: remote });
    expect(read({ context: remote }).context.kind).toBe('folder');
    rmSync(join(root, 'https:'), { recursive: true });
  });

  it.each([
    [[{ type: 'sbom', disabled: true }], null],
    [[{ type: 'sbom' }], 'docker/buildkit-syft-scanner:stable-1'],
    [['type=sbom,generator=a/b'], 'a/b'],
    [[], null],
  ])('knows the SBOM generator of %j', (attest, expected) => {
    expect(read({ attest }).sbomGenerator).toBe(expected);
  });

  it.each([[{ context: '-' }], [{ dockerfile: '-' }], [{ context: 1 }], [{ platforms: 'linux/amd64' }]])(
    'refuses %j',
    (target) => {
      expect(() => read(target)).toThrow(expect.objectContaining({ code: 'bake.invalid' }));
    },
  );

  it.each([[null], ['text'], [{}], [{ target: [] }]])('refuses an answer that is none: %j', (printed) => {
    const parsed = parseBakeArguments([], environment);
    expect(() => bakeInvocation(printed, parsed, environment)).toThrow(
      expect.objectContaining({ code: 'bake.invalid' }),
    );
  });
});

describe('bakeProducts', () => {
  it('says what each target leaves where', () => {
    const printed = {
      target: {
        a: { tags: ['x:1'], output: [{ type: 'image', push: 'true' }] },
        b: { output: ['type=registry'] },
        c: { output: [{ type: 'docker' }], call: 'check' },
        d: {},
      },
    };
    expect(bakeProducts(printed)).toEqual([
      { target: 'a', tags: ['x:1'], push: true, call: null },
      { target: 'b', tags: [], push: true, call: null },
      { target: 'c', tags: [], push: false, call: 'check' },
      { target: 'd', tags: [], push: false, call: null },
    ]);
  });
});
