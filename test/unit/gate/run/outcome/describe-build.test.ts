import { describe, expect, it } from 'vitest';
import type { BuildRun } from '../../../../../src/gate/run/outcome/audit-build.ts';
import { describeBuild, type Made } from '../../../../../src/gate/run/outcome/describe-build.ts';
import type { LoadedTarget } from '../../../../../src/gate/scan/scan-targets.ts';
import type { BuildRecord, BuildTarget, SourcePin } from '../../../../../src/model/index.ts';
import { digestFor } from '../../../records/support.ts';
import { builtTarget } from '../../built-target.ts';
import { judgedImage, usedAs } from '../../judged-images.ts';

const commit = 'a'.repeat(40);

interface Given {
  readonly target?: Partial<BuildTarget>;
  readonly text?: string | null;
  readonly pin?: Partial<SourcePin> | null;
  readonly made?: Partial<Made>;
  readonly breakGlass?: { readonly reason: string; readonly deniedBy: string | null };
  readonly pushed?: readonly string[];
  readonly bases?: readonly string[];
}

function loadedFrom({ target = {}, text = 'FROM scratch\n', pin = null }: Given): LoadedTarget {
  const file = 'Dockerfile';
  return {
    target: builtTarget({
      context: { kind: 'folder', path: '/work/app' },
      dockerfile: { kind: 'file', path: '/work/app/Dockerfile', written: 'Dockerfile' },
      ...target,
    }),
    dockerfile:
      text === null
        ? { kind: 'unknown', file, reason: 'remote-context' }
        : { kind: 'text', file, bytes: Buffer.from(text), pin: pin as SourcePin | null }, // its hash alone is asked
  };
}

/** The one record of a build of one target. */
function recordOf(given: Given): BuildRecord {
  const run = {
    request: { session: { environment: { workingDirectory: '/work' }, now: () => new Date(0), version: '1.0.0' } },
    plan: { verb: 'build', pushed: given.pushed ?? null },
    loaded: [loadedFrom(given)],
    parts: {
      targets: [{ name: 'default', platforms: ['linux/amd64'] }],
      scan: { runtimeBases: (given.bases ?? []).map((name) => ({ target: 'default', name })) },
    },
    pipeline: { policies: { breakGlass: given.breakGlass ?? null, reportPolicies: [] } },
  } as unknown as BuildRun; // what of it is asked
  const made = {
    metadata: {},
    pushed: [],
    images: [],
    sboms: new Map(),
    checkouts: new Map(),
    verdict: 'allow',
    audited: true,
    ...given.made,
  } as const;
  const [record, ...others] = describeBuild(run, made);
  if (record === undefined || others.length > 0) throw new Error('one record is wanted');
  return record;
}

const argument = (name: string, value: string | null, text = `ARG ${name}\nFROM scratch\n`): unknown =>
  recordOf({ target: { buildArguments: { [name]: value } }, text }).arguments.build[name];

describe('the arguments of a record', () => {
  it('have the value of a build argument that the Dockerfile declares, and of no other', () => {
    expect(argument('VERSION', '1.2')).toBe('1.2');
    expect(argument('VERSION', '1.2', 'FROM scratch\n')).toBeNull();
    expect(argument('VERSION', null)).toBeNull();
  });

  it.each(['NPM_TOKEN', 'DB_PASSWORD', 'ApiKey', 'deploy_key', 'GITHUB_PAT'])(
    'have no value of %s, whose name looks like a credential',
    (name) => expect(argument(name, 'hunter2')).toBeNull(),
  );

  it('have no credentials that stand inside a URL', () => {
    // the rest of it would be another value: a build from the record would then differ, and nothing would say why
    expect(argument('MIRROR', 'https://me:hunter2@example.com/x')).toBeNull();
    expect(argument('MIRROR', 'https://example.com/x')).toBe('https://example.com/x');
    const value = 'https://me:hunter2@example.com/x.git';
    const { contexts } = recordOf({ target: { namedContexts: [{ name: 'x', key: 'x', value }] } }).arguments;
    expect(contexts).toEqual({ x: 'https://example.com/x.git' });
  });

  it('have an image that stands for a name whole, with its name before the digest', () => {
    const value = `docker-image://alpine@${digestFor('alpine')}`;
    const { contexts } = recordOf({ target: { namedContexts: [{ name: 'x', key: 'x', value }] } }).arguments;
    expect(contexts).toEqual({ x: value });
  });

  it('have no value at all where the Dockerfile was read by the build alone: what it declares is not known', () => {
    const { arguments: given, dockerfile } = recordOf({ target: { buildArguments: { VERSION: '1' } }, text: null });
    expect(given.build).toEqual({ VERSION: null });
    expect(dockerfile.sha256).toBeNull();
  });

  it('name secrets, labels, network and hosts where they were given, and leave them out where not', () => {
    const said = { secrets: ['npm'], ssh: ['default'], labels: { a: 'b' }, network: 'none', hosts: ['db:10.0.0.1'] };
    expect(recordOf({ target: said }).arguments).toEqual({ build: {}, contexts: {}, ...said });
    expect(recordOf({}).arguments).toEqual({ build: {}, contexts: {}, secrets: [], ssh: [] });
  });
});

describe('the context of a record', () => {
  const git = (url: string, more: Given = {}): unknown =>
    recordOf({ ...more, target: { context: { kind: 'git', url } } }).context;

  it('is a folder with the checkout that it lies in, without credentials, and without one where it lies in none', () => {
    const remote = 'https://me:hunter2@example.com/app.git';
    const checkouts = new Map([['/work/app', { remote, commit, dirty: true, subdirectory: 'app' }]]);
    expect(recordOf({ made: { checkouts } }).context).toEqual({
      kind: 'folder',
      source: '/work/app',
      remote: 'https://example.com/app.git',
      commit,
      dirty: true,
      subdirectory: 'app',
    });
    const local = new Map([['/work/app', { remote: null, commit, dirty: false, subdirectory: '' }]]);
    expect(recordOf({ made: { checkouts: local } }).context).toMatchObject({ remote: null, commit });
    expect(recordOf({}).context).toMatchObject({ source: '/work/app', remote: null, commit: null, dirty: null });
  });

  it('is a repository at the commit that the builder was held to, or that its address names in full', () => {
    const found = { kind: 'git', remote: 'https://example.com/app.git', commit, dirty: false };
    expect(git('https://example.com/app.git#main:sub', { pin: { hash: commit } })).toMatchObject({
      ...found,
      subdirectory: 'sub',
    });
    expect(git(`https://example.com/app.git#${commit}`)).toMatchObject(found);
    expect(git(`https://example.com/app.git#${commit}`, { text: null })).toMatchObject(found);
  });

  it.each(['https://example.com/app.git#main', 'https://example.com/app.git'])(
    'is %s without a commit, where nothing says which it was',
    (url) => expect(git(url)).toMatchObject({ source: url, remote: null, commit: null }),
  );

  it('has no credentials in its address', () => {
    const url = 'https://me:hunter2@example.com/context.tar';
    expect(recordOf({ target: { context: { kind: 'http', url } } }).context).toMatchObject({
      kind: 'http',
      source: 'https://example.com/context.tar',
      commit: null,
    });
  });

  it('is standard input, or what a bake file names', () => {
    expect(recordOf({ target: { context: { kind: 'stdin' } } }).context).toMatchObject({ kind: 'stdin', source: null });
    const context = { kind: 'image', value: 'docker-image://x' } as const;
    expect(recordOf({ target: { context } }).context).toMatchObject({ kind: 'other', source: 'docker-image://x' });
  });
});

describe('an image of a record', () => {
  const imagesOf = (image: Parameters<typeof judgedImage>[0], more: Given = {}) =>
    recordOf({ ...more, made: { ...more.made, images: [judgedImage(image)] } }).images;

  it.each([
    ['frontend', 'frontend'],
    ['sbom-generator', 'sbom-generator'],
    ['from', 'build-stage'],
    ['copy', 'build-stage'],
  ] as const)('that is used as %s has the role %s', (kind, role) => {
    expect(imagesOf({ uses: [usedAs(kind)] })).toMatchObject([{ role }]);
  });

  it('that the image is built on has the role of the base, whatever else it is used for', () => {
    const bases = ['docker.io/library/app:1'];
    expect(imagesOf({ uses: [usedAs('frontend')] }, { bases })).toMatchObject([{ role: 'runtime-base' }]);
    expect(imagesOf({ uses: [usedAs('from')] }, { bases: ['docker.io/library/other:1'] })).toMatchObject([
      { role: 'build-stage' },
    ]);
  });

  it('belongs to the targets that use it, and to each where the builder alone asked for it', () => {
    expect(imagesOf({ uses: [usedAs('from', 'another')] })).toEqual([]);
    expect(imagesOf({ uses: [] })).toHaveLength(1);
  });

  it('has no digest and no platforms where it could not be looked up', () => {
    expect(imagesOf({ resolved: null })).toMatchObject([{ digest: null, platforms: [], sboms: [] }]);
    expect(imagesOf({})).toMatchObject([{ digest: digestFor('app'), platforms: [{ platform: 'linux/amd64' }] }]);
  });

  it('lists the SBOMs that were read while the builder worked', () => {
    const sboms = new Map([[digestFor('app'), [digestFor('sbom')]]]);
    expect(imagesOf({}, { made: { sboms } })).toMatchObject([{ sboms: [digestFor('sbom')] }]);
  });

  it('names the rule that decided: the one with the verdict’s status, else none', () => {
    const rule = { layer: 'project', policy: 'p', line: 1 } as const;
    const decisions = [
      { ...rule, rule: 'mild', status: 'allow' },
      { ...rule, rule: 'strict', status: 'warn' },
    ] as const;
    expect(imagesOf({ decision: { status: 'warn', decisions } })).toMatchObject([{ rule: 'strict' }]);
    expect(imagesOf({ decision: { status: 'error', decisions } })).toMatchObject([{ rule: 'mild' }]);
    expect(imagesOf({ decision: { decisions: [] } })).toMatchObject([{ rule: null }]);
  });

  it('says which exception let it through, and not what an exception has nothing to do with', () => {
    const finding = { level: 'warning', message: 'until Monday', expected: null, found: null, hint: null } as const;
    const exceptions = (code: 'policy.exception' | 'signature.missing'): readonly string[] =>
      recordOf({ made: { images: [judgedImage({ decision: { findings: [{ ...finding, code }] } })] } }).exceptions;
    expect(exceptions('policy.exception')).toEqual(['docker.io/library/app:1: until Monday']);
    expect(exceptions('signature.missing')).toEqual([]);
  });
});

describe('a record', () => {
  it('has the names and digests that the builder says, and what was asked for where it says none', () => {
    const said = {
      'image.name': 'docker.io/acme/app:2,docker.io/acme/app:3',
      'containerimage.digest': digestFor('made'),
      'containerimage.config.digest': digestFor('config'),
    };
    expect(recordOf({ target: { tags: ['asked:1'] }, made: { metadata: said } })).toMatchObject({
      tags: ['docker.io/acme/app:2', 'docker.io/acme/app:3'],
      digest: digestFor('made'),
      imageId: digestFor('config'),
    });
    expect(recordOf({ target: { tags: ['asked:1'] } })).toMatchObject({
      tags: ['asked:1'],
      digest: null,
      imageId: null,
    });
    expect(recordOf({}).tags).toEqual([]);
  });

  it('says of names that they were pushed only where a push was asked for and seen', () => {
    const target = { tags: ['a:1', 'b:1'] };
    expect(recordOf({ target, pushed: ['a:1', 'b:1'], made: { pushed: ['a:1'] } }).pushed).toEqual(['a:1']);
    expect(recordOf({ target, made: { pushed: ['a:1'] } }).pushed).toEqual([]);
  });

  it('names the Dockerfile as the current folder sees it, or as it was read', () => {
    expect(recordOf({}).dockerfile).toMatchObject({
      path: 'app/Dockerfile',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(recordOf({ target: { dockerfile: { kind: 'inline', text: '' } } }).dockerfile.path).toBe('Dockerfile');
  });

  it('gives the reason of an emergency that let something through, and none where a machine forbids that', () => {
    expect(recordOf({ breakGlass: { reason: 'fire', deniedBy: null } }).breakGlass).toBe('fire');
    expect(recordOf({ breakGlass: { reason: 'fire', deniedBy: '/etc/p.yaml' } }).breakGlass).toBeNull();
    expect(recordOf({}).breakGlass).toBeNull();
  });

  it('has no platforms where the report knows none of the target', () => {
    expect(recordOf({}).platforms).toEqual(['linux/amd64']);
    expect(recordOf({ target: { name: 'another' } }).platforms).toEqual([]);
  });
});
