import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCanonicalName } from '../../../../src/model/index.ts';
import { repositoryMatch } from '../../../../src/policy/decide/evidence/same-repository.ts';
import { lockEntryOf } from '../../../../src/policy/decide/judge/judge-lock.ts';
import { parseDuration } from '../../../../src/policy/language/patterns/duration.ts';
import { parseImagePattern } from '../../../../src/policy/language/patterns/image-pattern.ts';
import {
  exactOrGlob,
  matchesText,
  regularExpressionProblem,
} from '../../../../src/policy/language/patterns/text-pattern.ts';
import { findProject } from '../../../../src/policy/load/files/find-project.ts';
import { decide } from '../support/decide.ts';
import { byKey, digestOf, inputOf } from '../support/evidence.ts';
import { folderOf, policiesOf } from '../support/policies.ts';
import { acme, files, name, rule, verdict } from '../support/verdict.ts';

describe('a duration', () => {
  const day = 86_400_000;
  it.each([
    ['1s', 1_000],
    ['2m', 120_000],
    ['3h', 10_800_000],
    ['90d', 90 * day],
    ['2w', 14 * day],
    ['1y', 365.25 * day],
    ['1d12h', 1.5 * day],
    ['1y1w1d1h1m1s', 373.25 * day + 3_661_000],
    ['0s1m', 60_000],
  ])('%s takes %i milliseconds', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '0d', '1', 'd', '1 d', '-1d', '1.5d', '1D', '1234567890d', '1d1d1d1d1d1d1d', 'x1d', '1dx'])(
    '"%s" is none',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );
});

describe('a text', () => {
  it('is a glob where it holds a star, and itself otherwise', () => {
    expect(exactOrGlob('a')).toEqual({ kind: 'exact', text: 'a' });
    expect(exactOrGlob('a*')).toEqual({ kind: 'glob', text: 'a*' });
    expect(matchesText({ kind: 'exact', text: 'a*' }, 'ab')).toBe(false);
    expect(matchesText({ kind: 'glob', text: 'a*' }, 'ab')).toBe(true);
    expect(matchesText({ kind: 'regexp', text: 'a|b' }, 'ab')).toBe(false);
    expect(matchesText({ kind: 'glob', text: '**' }, null)).toBe(false);
  });

  it('is no expression where it is empty, too long, or cannot be read', () => {
    expect(regularExpressionProblem('')).toBe('it is empty');
    expect(regularExpressionProblem('a'.repeat(2_000))).toBeNull();
    expect(regularExpressionProblem('a'.repeat(2_001))).toBe('it is longer than 2000 characters');
    expect(regularExpressionProblem('a)|(b')).toContain('unexpected )');
  });

  it('is no pattern for images where it is empty', () => {
    expect(parseImagePattern('')).toEqual({ ok: false, reason: 'it is empty' });
  });
});

describe('the repository of a payload', () => {
  const names = [{ repository: 'docker.io/library/alpine', tag: null }];
  it.each([
    [null, 'unnamed'],
    ['', 'unnamed'],
    ['alpine', 'same'],
    ['index.docker.io/library/alpine', 'same'],
    ['ghcr.io/library/alpine', 'other'],
    ['A:', 'other'],
  ])('%j is %s', (repository, expected) => {
    expect(repositoryMatch(byKey(acme, { repository }), names)).toBe(expected);
  });
});

describe('the entry of a lock', () => {
  const entry = (word: string) => ({ digest: digestOf(word), signer: null, lockedAt: '2026-01-01T00:00:00Z' });
  const named = parseCanonicalName(`ghcr.io/acme/app:1@${digestOf('a')}`);
  const images = {
    'ghcr.io/acme/app:1': entry('tag'),
    'ghcr.io/acme/app:latest': entry('latest'),
    [`ghcr.io/acme/both:1@${digestOf('a')}`]: entry('both'),
    'ghcr.io/acme/both:1': entry('tag'),
  };
  const found = (image: string) =>
    lockEntryOf({ path: 'lock', exists: true, images }, inputOf(image).image)?.digest ?? null;

  it.each<[string, string | null]>([
    [named, 'tag'],
    ['ghcr.io/acme/app:1', 'tag'],
    ['ghcr.io/acme/app:2', null],
    [`ghcr.io/acme/both:1@${digestOf('a')}`, 'both'],
    [`ghcr.io/acme/both:1@${digestOf('b')}`, 'tag'],
    [`ghcr.io/acme/app@${digestOf('a')}`, null],
    [`ghcr.io/acme/app:2@${digestOf('a')}`, null],
  ])('for %s is the one under its name, else under its tag: %s', (image, word) => {
    expect(found(image)).toBe(word === null ? null : digestOf(word));
  });
});

describe('the project', () => {
  it('has the nearest lock where it has no policy', async () => {
    const lock = 'docker-verify.lock.json';
    const folder = await folderOf({ [lock]: '', [`a/${lock}`]: '', 'a/b/c/x': '' });
    const found = await findProject(join(folder, 'a/b/c'), '/nowhere', null);
    expect(found).toEqual({ folder: join(folder, 'a'), policy: null, lookalike: null, lock: join(folder, 'a', lock) });
  });

  it.runIf(process.getuid?.() === 0).each([
    [5678, true],
    [1234, true],
    [0, true],
    [4321, false],
  ])('has a policy above, put there by %i: %j', async (owner, isTaken) => {
    const folder = await folderOf({ 'docker-verify.yaml': '', 'a/x': '' });
    const policy = join(folder, 'docker-verify.yaml');
    for (const path of [folder, join(folder, 'a')]) await chown(path, 5678, 5678);
    await chown(policy, owner, owner);
    expect((await findProject(join(folder, 'a'), '/nowhere', 1234)).policy).toBe(isTaken ? policy : null);
  });
});

describe('the claims of a rule', () => {
  it.each([
    ['sourceRepository', 'acme/app', 'https://github.com/acme/app'],
    ['sourceRepository', 'https://gitlab.com/acme/app', 'https://gitlab.com/acme/app'],
    ['sourceRepositoryOwner', 'acme', 'https://github.com/acme'],
    ['sourceRepositoryOwner', 'https://gitlab.com/acme', 'https://gitlab.com/acme'],
    ['ref', 'refs/heads/main', 'refs/heads/main'],
  ])('with %s %s are about %s', async (claim, written, text) => {
    const keyless = `{keyless: {issuer: i, identity: me}, claims: {${claim}: "${written}"}}`;
    const policies = await policiesOf({ project: rule(`signedBy: [${keyless}]`) });
    const signer = policies.layers[0]?.rules[0]?.signedBy?.[0]?.choices[0]?.signer;
    expect(signer).toMatchObject({ claims: { [claim]: { kind: 'exact', text } } });
  });
});

describe('what no policy speaks of', () => {
  it('is warned of where the built-in policy is off', async () => {
    const policies = await policiesOf({ user: 'version: 1\nbuiltin: off\n' });
    const decision = decide(inputOf(name), policies);
    expect(decision).toMatchObject({ status: 'warn', basis: 'default', decisions: [{ layer: 'user', rule: null }] });
    expect(decision.findings).toEqual([
      expect.objectContaining({
        code: 'policy.default',
        level: 'warning',
        expected: 'a rule or a default',
        found: 'neither',
        hint: 'give a policy a default',
      }),
    ]);
  });
});

describe('what several policies say', () => {
  it('is reported once', async () => {
    const signed = rule('signedBy: [{key: acme.pub}]');
    const { codes } = await verdict(signed, inputOf(name), { commandLine: [signed] });
    expect(codes).toEqual(['signature.missing']);
  });

  const cluster = (mode: string): string =>
    JSON.stringify({
      apiVersion: 'policy.sigstore.dev/v1beta1',
      kind: 'ClusterImagePolicy',
      metadata: { name: 'acme' },
      spec: { mode, images: [{ glob: '**' }], authorities: [{ key: { data: acme } }] },
    });
  it.each<[string, string, string]>([
    ['a ClusterImagePolicy', 'version: 1\nclusterImagePolicies: [cip.yaml]\n', 'enforce'],
    ['a rule', rule('mode: enforce\n    signedBy: [{key: acme.pub}]'), 'warn'],
    ['itself', 'version: 1\nmode: enforce\n', 'warn'],
  ])('to enforce is not loosened by an option, where %s says it', async (_, project, mode) => {
    const loading = policiesOf({ project, mode: 'warn', files: { ...files, 'cip.yaml': cluster(mode) } });
    await expect(loading).rejects.toMatchObject({ code: 'usage.loosens' });
  });

  it.each([
    'version: 1\nclusterImagePolicies: [cip.yaml]\n',
    rule('mode: warn\n    signedBy: [{key: acme.pub}]'),
    'version: 1\n',
  ])('not to enforce is: %s', async (project) => {
    const policies = await policiesOf({ project, mode: 'warn', files: { ...files, 'cip.yaml': cluster('warn') } });
    expect(policies.layers[0]?.layer).toBe('project');
  });

  it('of caches, where they say nothing, is in the mode of the strictest', async () => {
    const open = 'version: 1\nmode: warn\n';
    const machine = { '10.yaml': open, '20.yaml': 'version: 1\nmode: enforce\n' };
    const { layers } = await policiesOf({ machine });
    expect(layers[0]?.cacheImports).toMatchObject({ verdict: 'deny', mode: 'enforce' });
    expect(layers[0]?.cacheImports?.policy).toMatch(/20\.yaml$/);
    const loose = (await policiesOf({ machine: { '10.yaml': open, '20.yaml': open } })).layers[0]?.cacheImports;
    expect(loose).toMatchObject({ verdict: 'deny', mode: 'warn', policy: expect.stringMatching(/10\.yaml$/) });
  });

  it.each([
    ['require: {}', /nothing is required/],
    ['require: {packages: {}}', /say deny, max or both/],
    ['signatures: {}', /say repository, tagPrefix or both/],
  ])('makes no sense as %s', async (field, message) => {
    const loading = policiesOf({ files, project: rule(`signedBy: [{key: acme.pub}]\n    ${field}`) });
    await expect(loading).rejects.toThrow(message);
  });

  it.each(['packages: {max: 1}', 'packages: {deny: [left-pad]}', 'digest: true'])('may require %s', async (field) => {
    const policies = await policiesOf({
      files,
      project: rule(`signedBy: [{key: acme.pub}]\n    require: {${field}}`),
    });
    expect(policies.layers[0]?.rules).toHaveLength(1);
  });
});
