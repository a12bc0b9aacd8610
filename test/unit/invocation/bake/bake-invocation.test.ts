import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bakeInvocation, bakeProducts, evaluatedDefinition } from '../../../../src/invocation/index.ts';
import type { BuildTarget } from '../../../../src/model/index.ts';
import { environmentOf } from '../environment.ts';

const root = mkdtempSync(join(tmpdir(), 'bake-'));
mkdirSync(join(root, 'app'));
writeFileSync(join(root, 'app/dockerfile'), 'FROM scratch\n');
afterAll(() => rmSync(root, { recursive: true }));

const environment = environmentOf(root);

/** A target as buildx prints it, of a definition here or (before buildx 0.32, unless said otherwise) at a URL. */
function read(target: unknown, url: string | null = null, printsContexts = false): BuildTarget {
  const printed = { group: { default: { targets: ['app'] } }, target: { app: target } };
  const origin = url === null ? null : { url, printsContexts, variables: {} };
  const [only] = bakeInvocation(evaluatedDefinition(printed, origin), null, environment).targets;
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
      labels: { x: 'y', none: null },
      network: 'none',
      'extra-hosts': { db: '10.0.0.1' },
      tags: ['acme/app:1'],
      secret: [{ id: 'npm', src: '/token' }, 'id=pip,env=PIP'],
      ssh: [{ id: 'default', paths: ['/key'] }, 'deploy=/other'],
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
      tags: ['acme/app:1'],
      secrets: ['npm', 'pip'],
      ssh: ['default', 'deploy'],
      labels: { x: 'y' },
      network: 'none',
      hosts: ['db:10.0.0.1'],
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
    const contexts = {
      a: '.',
      b: 'sub',
      c: 'cwd://here',
      d: 'docker-image://x',
      e: 'oci-layout://y',
      f: 'docker-image:x',
    };
    const target = read({ context: remote, contexts }, remote);
    expect(target.context).toEqual({ kind: 'git', url: remote });
    expect(target.namedContexts.map(({ key, value }) => [key, value])).toEqual([
      ['a', remote],
      ['b', `${remote}#:sub`],
      ['c', 'here'],
      ['d', 'docker-image://x'],
      ['e', `${remote}#:oci-layout:/y`],
      ['f', 'docker-image:x'],
    ]);
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
      const target = read({ context, dockerfile: 'x' }, url);
      expect(target.context).toEqual({ kind: 'git', url: found });
      expect(target.dockerfile).toEqual({ kind: 'in-context', path: 'x' });
    },
  );

  it.each([
    ['cwd://app', false],
    ['app', true], // newer buildx prints what lies in the repository as its URL
  ])('takes a context here for one where a remote definition says so: %s', (context, printsContexts) => {
    const target = read({ context }, remote, printsContexts);
    expect(target.context).toEqual({ kind: 'folder', path: join(root, 'app') });
    expect(target.dockerfile).toEqual({ kind: 'file', path: join(root, 'app/dockerfile'), written: 'app/dockerfile' });
  });

  it('takes this folder for the context where a remote definition says so, since its own is printed as a URL', () => {
    expect(read({ context: '.' }, remote).context).toEqual({ kind: 'folder', path: root });
  });

  it('takes a folder that is named like a URL for the context, as buildx does', () => {
    mkdirSync(join(root, 'https:/example.com/app.git'), { recursive: true });
    expect(read({ context: remote }, remote).context.kind).toBe('folder');
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
    expect(() => evaluatedDefinition(printed, null)).toThrow(expect.objectContaining({ code: 'bake.invalid' }));
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
    expect(bakeProducts(evaluatedDefinition(printed, null))).toEqual([
      { target: 'a', tags: ['x:1'], push: true, call: null },
      { target: 'b', tags: [], push: true, call: null },
      { target: 'c', tags: [], push: false, call: 'check' },
      { target: 'd', tags: [], push: false, call: null },
    ]);
  });
});
