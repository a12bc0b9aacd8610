import { describe, expect, it } from 'vitest';
import { policyRemarks } from '../../../../../src/policy/index.ts';
import { type Files, policiesOf } from '../../support/policies.ts';
import { acme, files } from '../../support/verdict.ts';

const remarks = async (project: string, more: Files = {}) =>
  policyRemarks(await policiesOf({ project, files: { ...files, ...more } }), new Date()).map(
    ({ line, message, hint }) => ({
      line,
      message,
      hint,
    }),
  );
const clustered = async (spec: object) =>
  remarks('version: 1\ndefault: deny\nclusterImagePolicies: [cip.yaml]\n', {
    'cip.yaml': JSON.stringify({
      apiVersion: 'policy.sigstore.dev/v1beta1',
      kind: 'ClusterImagePolicy',
      metadata: { name: 'acme' },
      spec: { images: [{ glob: 'ghcr.io/**' }], authorities: [{ key: { data: acme } }], ...spec },
    }),
  });

describe('a remark on a policy', () => {
  const identified = (expression: string, more = '') =>
    `version: 1\ndefault: deny\nrules:\n  - {images: ["ghcr.io/**"], signedBy: [{keyless: {issuer: i, identityRegexp: '${expression}'}${more}}]}\n`;
  const open = async (expression: string) =>
    (await remarks(identified(expression))).filter(({ message }) => message.startsWith('the expression'));

  it('tells of a glob where an identity is exact, and of an issuer without its scheme', async () => {
    const rule = (identity: string, issuer: string): string =>
      `version: 1\ndefault: deny\nrules:\n  - {images: ["a/**"], signedBy: [{keyless: {issuer: "${issuer}", identity: "${identity}"}}]}\n`;
    expect(await remarks(rule('*@acme.test', 'token.actions.githubusercontent.com'))).toEqual([
      {
        line: 4,
        message: 'the identity *@acme.test is compared as it stands: its * is no wildcard, and no signer has that name',
        hint: 'write identityRegexp, with .* for anything and \\. for a dot',
      },
      {
        line: 4,
        message: 'the issuer token.actions.githubusercontent.com is no address, as issuers are',
        hint: 'write https://token.actions.githubusercontent.com',
      },
    ]);
    expect(await remarks(rule('me@acme.test', 'https://accounts.example.com'))).toEqual([]);
  });

  it.each(['.*@acme\\.test', '^.+', '(?i).*', '^(?i).*x', 'https://github.com/acme/.*', 'http://a\\.b.c/x'])(
    'tells of an expression that others can match: %s',
    async (expression) => {
      expect(await open(expression)).toEqual([
        {
          line: 4,
          message: `the expression ${expression} matches identities under names that others can register`,
          hint: 'begin with the whole host, and write \\. for a dot',
        },
      ]);
    },
  );

  it.each(['https://github\\.com/acme/.*', 'me@acme\\.test', 'a.*', 'https://github\\.com/a.b/c', 'ahttps://a.b/'])(
    'says nothing of %s',
    async (expression) => {
      expect(await open(expression)).toEqual([]);
    },
  );

  const rules = (...images: readonly string[]): string =>
    `version: 1\ndefault: deny\nrules:\n${images.map((list) => `  - {images: [${list}], signedBy: [{key: acme.pub}]}\n`).join('')}`;
  it.each<[string, readonly string[], readonly number[]]>([
    ['by one for all images', ['"**"', '"ghcr.io/a"'], [5]],
    ['by one for the same', ['"ghcr.io/**"', '"quay.io/**"', '"ghcr.io/**"'], [6]],
    ['by one for more', ['"ghcr.io/a", "ghcr.io/b"', '"ghcr.io/b"'], [5]],
  ])('tells of a rule that never decides, covered %s', async (_, images, lines) => {
    const found = await remarks(rules(...images));
    expect(found.filter(({ message }) => message.includes('never decides')).map(({ line }) => line)).toEqual(lines);
  });

  it.each<[string, readonly string[]]>([
    ['one of a tag', ['"ghcr.io/a:1"', '"ghcr.io/a"']],
    ['one for less', ['"ghcr.io/a"', '"ghcr.io/a", "ghcr.io/b"']],
    ['one behind it', ['"ghcr.io/a"', '"**"']],
  ])('says nothing of a rule beside %s', async (_, images) => {
    const found = await remarks(rules(...images));
    expect(found.filter(({ message }) => message.includes('never decides'))).toEqual([]);
  });

  it('tells of a second rule of one name, and of none that is numbered or named otherwise', async () => {
    const rule = (image: string, name: string): string =>
      `  - {name: ${name}, images: [${image}], signedBy: [{key: acme.pub}]}\n`;
    const policy = (...names: readonly string[]): string =>
      `version: 1\ndefault: deny\nrules:\n${names.map((name, at) => rule(`ghcr.io/${'abc'[at]}`, name)).join('')}`;
    const told = async (...names: readonly string[]) =>
      (await remarks(policy(...names))).filter(({ message }) => message.includes('is called'));
    expect(await told('a', 'b', 'a')).toMatchObject([
      { line: 6, message: 'another rule before it is called a too (line 4): a report could mean either' },
    ]);
    expect(await told('a', 'b', 'A')).toEqual([]);
    expect(await remarks(rules('"ghcr.io/a"', '"ghcr.io/b"'))).toEqual([]);
  });

  it('tells what of a ClusterImagePolicy cannot be evaluated, and what is stricter', async () => {
    const authorities = [
      { key: { kms: 'hashivault://x' } },
      { key: { data: acme }, ctlog: { url: 'https://rekor.test' } },
    ];
    const policy = { type: 'cue', data: 'a: 1' };
    const beyond = 'an image that depends on it cannot be verified (11)';
    expect(await clustered({ authorities, policy })).toEqual([
      {
        line: 1,
        message: 'acme: spec.policy cannot be evaluated here (CUE over what the authorities found)',
        hint: beyond,
      },
      {
        line: 1,
        message: 'acme: spec.authorities[0].key.kms cannot be evaluated here (a key in a key store)',
        hint: beyond,
      },
      {
        line: 1,
        message:
          'acme: spec.authorities[1].ctlog.url is held more strictly here (an entry that only this log holds is not asked for)',
        hint: 'what fails for that alone may pass in a cluster, so it could not be verified (11)',
      },
    ]);
  });

  it('tells of globs that no reference with a digest matches', async () => {
    const globs = ['ghcr.io/a:1', 'ghcr.io/a:*', 'ghcr.io/a@sha256:*', 'ghcr.io/**', 'localhost:5000/a'];
    expect(await clustered({ images: globs.map((glob) => ({ glob })) })).toEqual(
      globs.slice(0, 2).map((glob) => ({
        line: 1,
        message: `acme: ${glob} does not match references with a digest`,
        hint: 'name the repository with **',
      })),
    );
  });
});
