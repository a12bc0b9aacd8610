import { describe, expect, it } from 'vitest';
import { builderOf, sourceRepositoryOf } from '../../../../../src/policy/decide/evidence/provenance.ts';

const v02 = 'https://slsa.dev/provenance/v0.2';
const v1 = 'https://slsa.dev/provenance/v1';
const old = (uri: unknown) => ({ predicateType: v02, predicate: { invocation: { configSource: { uri } } } });
const recent = (externalParameters: unknown) => ({
  predicateType: v1,
  predicate: { buildDefinition: { externalParameters } },
});

describe('the builder that provenance names', () => {
  it.each<[string, unknown, string | null]>([
    ['v0.2', { predicateType: v02, predicate: { builder: { id: 'b' } } }, 'b'],
    ['v1', { predicateType: v1, predicate: { runDetails: { builder: { id: 'b' } } } }, 'b'],
    ['v0.2 at the place of v1', { predicateType: v02, predicate: { runDetails: { builder: { id: 'b' } } } }, null],
    ['v1 at the place of v0.2', { predicateType: v1, predicate: { builder: { id: 'b' } } }, null],
    ['an empty name', { predicateType: v02, predicate: { builder: { id: '' } } }, null],
    ['two that differ by letter case', { predicateType: v02, predicate: { builder: { id: 'b', ID: 'c' } } }, null],
    ['two on the way', { predicateType: v02, predicate: { builder: { id: 'b' }, Builder: { id: 'c' } } }, null],
    ['a number', { predicateType: v02, predicate: { builder: { id: 1 } } }, null],
    ['a list on the way', { predicateType: v02, predicate: [{ builder: { id: 'b' } }] }, null],
    ['nothing on the way', { predicateType: v02, predicate: null }, null],
    ['text on the way', { predicateType: v02, predicate: { builder: 'id' } }, null],
    ['what every object inherits', { predicateType: v02, predicate: { builder: Object.create({ id: 'b' }) } }, null],
    ['nothing', null, null],
  ])('%s', (_, statement, expected) => {
    expect(builderOf(statement)).toBe(expected);
  });
});

describe('the source that provenance names', () => {
  const app = 'https://github.com/acme/app';

  it.each<[string, unknown, string | null]>([
    ['v0.2', old('git+https://github.com/acme/app@refs/heads/main'), app],
    ['v1 by GitHub', recent({ workflow: { repository: app } }), app],
    ['v1 by the generator', recent({ source: { uri: `git+${app}@refs/tags/v1` } }), app],
    ['v1 by BuildKit', recent({ configSource: { uri: `${app}.git#refs/heads/main` } }), app],
    [
      'the workflow before the rest',
      recent({ configSource: { uri: 'c' }, source: { uri: 's' }, workflow: { repository: 'w' } }),
      'w',
    ],
    ['the source before the configuration', recent({ configSource: { uri: 'c' }, source: { uri: 's' } }), 's'],
    ['v0.2 at the place of v1', { ...recent({ workflow: { repository: app } }), predicateType: v02 }, null],
    ['v1 at the place of v0.2', { ...old(app), predicateType: v1 }, null],
    [
      'what was merely fetched',
      { predicateType: v1, predicate: { buildDefinition: { resolvedDependencies: [{ uri: app }] } } },
      null,
    ],
    ['nothing', null, null],
  ])('%s', (_, statement, expected) => {
    expect(sourceRepositoryOf(statement)).toBe(expected);
  });

  it.each([
    [`${app}.git`, app],
    [`${app}/`, app],
    [`${app}.git/`, `${app}.git`],
    [`${app}#refs/heads/a@b`, app],
    [`git+${app}.git@refs/tags/v1`, app],
    ['git+ssh://git@github.com/acme/app@v1', 'ssh://git@github.com/acme/app'],
    ['https://me@github.com', 'https://me@github.com'.split('@')[0]],
    ['https://github.com/acme/git+app', 'https://github.com/acme/git+app'],
    ['https://github.com/acme/app.gitx', 'https://github.com/acme/app.gitx'],
    ['https://github.com//acme/app', 'https://github.com//acme/app'],
  ])('%s is %s', (uri, expected) => {
    expect(sourceRepositoryOf(old(uri))).toBe(expected);
  });
});
