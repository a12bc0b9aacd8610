import { describe, expect, it } from 'vitest';
import { type ContextReplacement, parseCanonicalName } from '../../../../../src/model/index.ts';
import { decideCacheImport, decideReplacement, decideUnresolved } from '../../../../../src/policy/index.ts';
import { type Layers, policiesOf } from '../../support/policies.ts';

describe('a cache import', () => {
  const listed = 'version: 1\ncacheImports: {from: ["registry.example.com/cache/**"]}\n';
  const registry = { type: 'registry', ref: 'registry.example.com/cache/app:main' };

  it.each<[string, Layers, { type: string; ref: string }, string]>([
    ['is denied in enforce where nothing is said', { project: 'version: 1\n' }, registry, 'block'],
    ['is warned of in warn where nothing is said', { project: 'version: 1\nmode: warn\n' }, registry, 'warn'],
    ['is warned of without any policy', {}, registry, 'warn'],
    ['is allowed where it is listed', { project: listed }, registry, 'allow'],
    [
      'is denied where it is not listed',
      { project: listed },
      { type: 'registry', ref: 'registry.example.com/other:main' },
      'block',
    ],
    [
      'is denied by a name that only begins so',
      { project: listed },
      { type: 'registry', ref: 'registry.example.com/cache-evil/app' },
      'block',
    ],
    [
      'of another type is never listed',
      { project: listed },
      { type: 'local', ref: 'registry.example.com/cache/app:main' },
      'block',
    ],
    [
      'is denied by the strictest',
      { machine: 'version: 1\ncacheImports: {default: deny}\n', project: listed },
      registry,
      'block',
    ],
    ['is allowed where every policy that speaks lists it', { machine: listed, project: listed }, registry, 'allow'],
    ['is not loosened by a project', { machine: 'version: 1\n', project: listed }, registry, 'block'],
    [
      'is not loosened by a project that allows all',
      { user: 'version: 1\n', project: 'version: 1\ncacheImports: {default: allow}\n' },
      registry,
      'block',
    ],
    [
      'is warned of by a policy that only warns',
      { user: 'version: 1\nmode: warn\n', project: listed },
      registry,
      'warn',
    ],
    [
      'is left to the project by a policy that allows all',
      { machine: 'version: 1\ncacheImports: {default: allow}\n', project: listed },
      registry,
      'allow',
    ],
    [
      'is allowed where the default says so',
      { project: 'version: 1\ncacheImports: {default: allow}\n' },
      { type: 'gha', ref: 'x' },
      'allow',
    ],
    [
      'is warned of where the default says so',
      { project: 'version: 1\ncacheImports: {default: warn}\n' },
      { type: 'gha', ref: 'x' },
      'warn',
    ],
    ['that is no reference is denied', { project: listed }, { type: 'registry', ref: '::' }, 'block'],
  ])('%s', async (_, layers, cacheImport, status) => {
    const decision = decideCacheImport(cacheImport, await policiesOf(layers));
    expect(JSON.stringify(decision.finding, null, 2)).toMatchSnapshot();
    expect(decision.status).toBe(status);
    expect(decision.finding?.code ?? null).toBe(status === 'allow' ? null : 'cache-import.denied');
  });
});

describe('a folder in place of an image', () => {
  const replacement = (name: string, certain = true): ContextReplacement => ({
    name,
    image: parseCanonicalName(name),
    value: './folder',
    qualified: certain,
    certain,
    uses: [],
  });
  const lists = (...names: readonly string[]): string => `version: 1\ncontexts: ${JSON.stringify(names)}\n`;

  it.each<[string, Layers, ContextReplacement, string]>([
    ['is blocked in enforce', { project: 'version: 1\n' }, replacement('golang'), 'block'],
    ['is warned of without any policy', {}, replacement('golang'), 'warn'],
    ['is warned of in warn', { project: 'version: 1\nmode: warn\n' }, replacement('golang'), 'warn'],
    ['is allowed where it is listed', { project: lists('golang') }, replacement('golang'), 'allow'],
    [
      'is allowed where it is listed in another spelling',
      { project: lists('docker.io/library/golang:latest') },
      replacement('golang'),
      'allow',
    ],
    [
      'is allowed where its written name is listed, though that is no reference',
      { project: lists('Ünlesbar') },
      { ...replacement('golang'), name: 'Ünlesbar' },
      'allow',
    ],
    ['is blocked where what is listed is no reference', { project: lists('Ünlesbar') }, replacement('golang'), 'block'],
    [
      'that stands for no image is blocked by its name alone',
      { project: lists('golang') },
      { ...replacement('golang'), name: 'other', image: null },
      'block',
    ],
    [
      'that stands for no image is an ordinary context, whatever the rules',
      { project: 'version: 1\nrules: [{images: ["library/*"], signedBy: []}]\n' },
      { ...replacement('assets', false), image: null },
      'allow',
    ],
    [
      'is an image beside a rule for a tag of everything',
      { project: 'version: 1\nrules: [{images: ["**:latest"], signedBy: []}]\n' },
      replacement('assets', false),
      'block',
    ],
    ['is blocked where another is listed', { project: lists('golang') }, replacement('golang:1.22'), 'block'],
    [
      'is blocked where only the project lists it',
      { machine: 'version: 1\n', project: lists('golang') },
      replacement('golang'),
      'block',
    ],
    [
      'is allowed where every policy lists it',
      { machine: lists('golang'), project: lists('golang') },
      replacement('golang'),
      'allow',
    ],
    [
      'is an ordinary context where nothing makes it an image',
      { project: 'version: 1\ndefault: deny\n' },
      replacement('assets', false),
      'allow',
    ],
    [
      'is an ordinary context beside a rule for everything',
      { project: 'version: 1\nrules: [{images: ["**"], signedBy: []}]\n' },
      replacement('assets', false),
      'allow',
    ],
    [
      'is an image where a rule names it',
      { project: 'version: 1\nrules: [{images: ["library/*"], signedBy: []}]\n' },
      replacement('assets', false),
      'block',
    ],
  ])('%s', async (_, layers, context, status) => {
    const decision = decideReplacement(context, await policiesOf(layers));
    expect(JSON.stringify(decision.finding, null, 2)).toMatchSnapshot();
    expect(decision.status).toBe(status);
    expect(decision.finding?.code ?? null).toBe(status === 'allow' ? null : 'context.replaces-image');
  });
});

describe('an image that cannot be looked up', () => {
  const name = parseCanonicalName('alpine');
  it.each([
    ['enforce', 'error'],
    ['warn', 'warn'],
  ] as const)('is in %s: %s', async (mode, status) => {
    const policies = await policiesOf({ project: `version: 1\nmode: ${mode}\n` });
    const decision = decideUnresolved(name, { code: 'image.not-found', message: '404' }, policies);
    expect(decision).toMatchObject({
      status,
      basis: 'none',
      verified: false,
      findings: [{ code: 'image.not-found', found: '404' }],
    });
  });

  it.each([
    [{ code: 'image.not-found', message: '404' }, 'there is no such image', 'check its name and tag'],
    [
      { code: 'image.unresolved', message: '503' },
      'it could not be looked up',
      'check the network, or write it with a digest',
    ],
    [{ code: 'image.unresolved', message: '401', hint: 'log in' }, 'it could not be looked up', 'log in'],
  ] as const)('is reported with what to do: %j', async (reason, message, hint) => {
    const { findings } = decideUnresolved(name, reason, await policiesOf({ project: 'version: 1\n' }));
    const expected = 'docker.io/library/alpine:latest at its registry';
    expect(findings).toEqual([{ code: reason.code, level: 'error', message, expected, found: reason.message, hint }]);
  });

  it.each<[string, Layers, string, string]>([
    ['a warning where there is no policy', {}, 'warn', 'warning'],
    ['an error with --mode enforce', { mode: 'enforce' }, 'error', 'error'],
    ["an error under a user's policy alone", { user: 'version: 1\n' }, 'error', 'error'],
  ])('is %s', async (_, layers, status, level) => {
    for (const code of ['image.unresolved', 'image.not-found', 'image.offline'] as const) {
      const decision = decideUnresolved(name, { code, message: 'no answer' }, await policiesOf(layers));
      expect(decision).toMatchObject({ status, verified: false, findings: [{ code, level }] });
    }
  });
});
