import { describe, expect, it } from 'vitest';
import type { Signer } from '../../../../../src/model/index.ts';
import { type PolicySet, wantedSigners } from '../../../../../src/policy/index.ts';
import { decide } from '../../support/decide.ts';
import { byIdentity, byKey, githubIssuer, inputOf, keyId } from '../../support/evidence.ts';
import { policiesOf } from '../../support/policies.ts';
import { acme, files, other } from '../../support/verdict.ts';

const project = `version: 1
rules:
  - {images: ["a.example/**"], signedBy: [{key: acme.pub}, {keyless: {issuer: "https://a", identity: "exact@example"}}]}
  - {images: ["b.example/**"], signedBy: [{keyless: {issuer: "https://b", identityRegexp: "https://ci/.*"}}]}
  - images: ["c.example/**"]
    signedBy: [{publisher: chainguard}]
    require: {attestations: [{type: sbom, signedBy: [{keyless: {issuer: "https://c", identity: "sbom@example"}}]}]}
`;
const cluster = `apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: {name: one}
spec:
  images: [{glob: "**"}]
  authorities:
    - keyless: {url: "https://fulcio.sigstore.dev", identities: [{issuer: "https://k", subjectRegExp: "^team-.*$"}]}
`;

function keyless(identity: string, issuer: string): Signer {
  return { kind: 'keyless', identity, issuer };
}

describe('the signers that a policy could count', () => {
  const policies: Promise<PolicySet> = policiesOf({ project, files });

  it.each<readonly [string, Signer, boolean]>([
    ['an identity', keyless('exact@example', 'https://a'), true],
    ['another issuer’s of the same name', keyless('exact@example', 'https://b'), false],
    ['a longer name', keyless('exact@example.com', 'https://a'), false],
    ['one that an expression matches', keyless('https://ci/x', 'https://b'), true],
    ['one that it matches in part', keyless('x https://ci/x', 'https://b'), false],
    ['an attestation’s own', keyless('sbom@example', 'https://c'), true],
    [
      'a publisher’s',
      keyless(
        'https://github.com/chainguard-images/images/.github/workflows/release.yaml@refs/heads/main',
        githubIssuer,
      ),
      true,
    ],
    ['an untrusted one', keyless('untrusted@example', 'https://a'), false],
    ['a key', { kind: 'key', sha256: keyId(acme), name: null }, true],
    ['another key', { kind: 'key', sha256: keyId(other), name: null }, false],
    ['a certificate of no rule', { kind: 'certificate', subject: 'CN=x' }, false],
  ])('are listed: %s', async (_, signer, expected) => {
    expect(wantedSigners(await policies)(signer)).toBe(expected);
  });

  it('include those of a ClusterImagePolicy', async () => {
    const wanted = wantedSigners(
      await policiesOf({ project: 'version: 1\nclusterImagePolicies: [one.yaml]\n', files: { 'one.yaml': cluster } }),
    );
    expect(wanted(keyless('team-a', 'https://k'))).toBe(true);
    expect(wanted(keyless('a', 'https://k'))).toBe(false);
  });

  it('leave out no signer whose signature lets an image in', async () => {
    const evidence = [
      byKey(acme),
      byKey(other),
      byIdentity('exact@example', {}, 'https://a'),
      byIdentity('https://ci/x', {}, 'https://b'),
      byIdentity('untrusted@example', {}, 'https://a'),
    ];
    const wanted = wantedSigners(await policies);
    const verdicts = await Promise.all(
      ['a.example/x:1', 'b.example/x:1'].flatMap((name) =>
        evidence.map(async (piece) => ({
          isVerified: decide(inputOf(name, [piece]), await policies).verified,
          isWanted: piece.signer !== null && wanted(piece.signer),
        })),
      ),
    );
    expect(verdicts.filter(({ isVerified }) => isVerified)).toHaveLength(3);
    expect(verdicts.filter(({ isVerified, isWanted }) => isVerified && !isWanted)).toEqual([]);
  });
});
