import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../src/model/index.ts';
import { convertPolicy } from '../../../../src/policy/convert/convert-policy.ts';
import { decide } from '../support/decide.ts';
import { byKey, githubIssuer, inputOf } from '../support/evidence.ts';
import { policiesOf } from '../support/policies.ts';
import { acme, files, other } from '../support/verdict.ts';

const convert = (value: unknown) => convertPolicy(new TextEncoder().encode(JSON.stringify(value)), 'x.json');
const pem = '-----BEGIN PUBLIC KEY-----\nMA==\n-----END PUBLIC KEY-----\n';

describe('what another tool asks for, in our words', () => {
  const requirement = { type: 'sigstoreSigned', keyPath: 'acme.pub' };
  const containers = (scopes: object, rest: object = {}) => ({
    default: [{ type: 'reject' }],
    transports: { docker: scopes },
    ...rest,
  });

  it.each<[string, object]>([
    [
      'every scope, the most specific first',
      containers({
        'ghcr.io': [requirement],
        '*.example.com': [requirement],
        '*.b.example.com': [requirement],
        'ghcr.io/acme/app': [requirement],
        'ghcr.io/acme/app:1': [requirement],
        'ghcr.io/acme/app@sha256:00': [requirement],
        'localhost:5000': [requirement],
        'ghcr.io/acm2': [requirement],
        'ghcr.io/acm1': [requirement],
        '': [requirement],
      }),
    ],
    [
      'keys of every kind',
      containers({
        'a/one': [{ type: 'sigstoreSigned', keyData: Buffer.from(pem).toString('base64') }],
        'a/paths': [{ type: 'sigstoreSigned', keyPaths: ['a.pub', 'b.pub'] }],
        'a/datas': [{ type: 'sigstoreSigned', keyDatas: [pem, pem].map((key) => Buffer.from(key).toString('base64')) }],
        'a/all-of': [requirement, { type: 'sigstoreSigned', keyPaths: ['a.pub', 'b.pub'] }],
        'a/anything-and': [requirement, { type: 'insecureAcceptAnything' }],
      }),
    ],
    [
      'a log of every kind',
      containers({
        'a/path': [{ ...requirement, rekorPublicKeyPath: 'x' }],
        'a/data': [{ ...requirement, rekorPublicKeyData: 'x' }],
        'a/paths': [{ ...requirement, rekorPublicKeyPaths: ['x'] }],
        'a/datas': [{ ...requirement, rekorPublicKeyDatas: ['x'] }],
      }),
    ],
    [
      'certificates',
      containers({
        'a/fulcio': [{ type: 'sigstoreSigned', fulcio: { oidcIssuer: 'https://i', subjectEmail: 'me@example.com' } }],
        'a/nobody': [{ type: 'sigstoreSigned', fulcio: { oidcIssuer: 'https://i' } }],
        'a/no-issuer': [{ type: 'sigstoreSigned', fulcio: { subjectEmail: 'me@example.com' } }],
        'a/pki': [{ type: 'sigstoreSigned', pki: {} }],
        'a/both': [requirement, { type: 'sigstoreSigned', fulcio: { oidcIssuer: 'https://i', subjectEmail: 'me' } }],
      }),
    ],
    [
      'names that are asked for',
      containers({
        'a/repository': [{ ...requirement, signedIdentity: { type: 'matchRepository' } }],
        'a/exact': [{ ...requirement, signedIdentity: { type: 'matchExact' } }],
        'a/usual': [{ ...requirement, signedIdentity: { type: 'matchRepoDigestOrExact' } }],
        'a/remapped': [
          { ...requirement, signedIdentity: { type: 'remapIdentity', prefix: 'a', signedPrefix: 'docker.io' } },
        ],
        'a/half': [{ ...requirement, signedIdentity: { type: 'remapIdentity', prefix: 'a' } }],
        'a/other': [{ ...requirement, signedIdentity: { type: 'exactRepository' } }],
      }),
    ],
    ['an open default', containers({}, { default: [{ type: 'insecureAcceptAnything' }] })],
    ['a default that asks for a key', containers({}, { default: [requirement] })],
    ['a default that refuses and asks', containers({}, { default: [{ type: 'reject' }, requirement] })],
    ['no transports', { default: [{ type: 'reject' }] }],
  ])('containers-policy.json: %s', (_, policy) => {
    expect(convert(policy).yaml).toMatchSnapshot();
  });

  const trust = (changes: object) => ({
    version: '1.0',
    trustPolicies: [
      {
        name: 'acme',
        registryScopes: ['ghcr.io/acme/app', 'ghcr.io/acme/tool'],
        signatureVerification: { level: 'strict' },
        trustStores: ['ca:acme', 'signingAuthority:other', 'tsa:clock'],
        trustedIdentities: ['x509.subject: C=US, S=WA, L=Seattle, O=acme\\, inc, OU=unit, CN=signer, E=x'],
        ...changes,
      },
    ],
  });

  it.each<[string, object]>([
    ['subjects', {}],
    ['a permissive level', { signatureVerification: { level: 'permissive' } }],
    ['an audit level with an override', { signatureVerification: { level: 'audit', override: { expiry: 'log' } } }],
    ['a skipped level', { signatureVerification: { level: 'skip' } }],
    ['every identity', { trustedIdentities: ['*'] }],
    ['nobody', { trustedIdentities: undefined, trustStores: undefined }],
    ['every image', { registryScopes: ['*'] }],
    [
      'a subject in another order',
      { trustedIdentities: ['x509.subject: OU=unit,ST=WA,C=US,E=x,CN=signer,L=Seattle,O=acme'] },
    ],
    ['authorities alone', { trustStores: ['ca:acme'] }],
    ['stores of every kind', { trustStores: ['ca:a', 'tsa:b', 'signingAuthority:c', 'tsa:d', 'other:e'] }],
    [
      'an override of revocation alone',
      { signatureVerification: { level: 'strict', override: { revocation: 'log' } } },
    ],
  ])("Notation's trust policy: %s", (_, changes) => {
    expect(convert(trust(changes)).yaml).toMatchSnapshot();
  });

  const kyverno = (one: object, spec: object = { validationFailureAction: 'Enforce' }) => ({
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    metadata: { name: 'x' },
    spec: { ...spec, rules: [{ name: 'none' }, { name: 'r', verifyImages: [one, { imageReferences: ['second'] }] }] },
  });
  const keys = (...entries: readonly string[]) => entries.map((publicKeys) => ({ keys: { publicKeys } }));
  const keyless = (fields: object) => ({ imageReferences: ['*'], attestors: [{ entries: [{ keyless: fields }] }] });

  it.each<[string, object, object?]>([
    [
      'patterns',
      {
        imageReferences: ['ghcr.io/*', 'a:*', 'g:*b', 'b@*', 'c@sha256:*', 'd/**/e'],
        image: 'f*',
        skipImageReferences: ['x', 'y'],
      },
    ],
    ['no images', { attestors: [] }],
    ['one key, as it was once written', { image: 'a', key: pem, verifyDigest: true }],
    ['an identity, as it was once written', { image: 'a', issuer: 'https://i', subject: 'me' }],
    ['an identity without a subject, as it was once written', { image: 'a', issuer: 'https://i' }],
    ['a digest beside attestors', { image: 'a', verifyDigest: true, attestors: [{ entries: keys(pem) }] }],
    ['a repository for signatures, and a mode of its own', { image: 'a', repository: 'sigs', failureAction: 'Audit' }],
    ['another mode of its own', { image: 'a', failureAction: 'ENFORCE' }, {}],
    ['two of three keys', { image: 'a', attestors: [{ count: 2, entries: keys(pem, pem, pem) }] }],
    ['more than there are', { image: 'a', attestors: [{ count: 9, entries: keys(pem) }] }],
    [
      'sets with a count of their own',
      { image: 'a', attestors: [{ count: 1, entries: keys(pem, pem) }, { entries: keys(pem) }] },
    ],
    [
      'a log that is asked for',
      { image: 'a', attestors: [{ entries: [{ keys: { publicKeys: pem, rekor: { url: 'u' } } }] }] },
    ],
    [
      'a log that is ignored',
      { image: 'a', attestors: [{ entries: [{ keys: { publicKeys: pem, rekor: { ignoreTlog: true } } }] }] },
    ],
    ['annotations', { image: 'a', attestors: [{ entries: [{ ...keys(pem)[0], annotations: { a: 'b' } }] }] }],
    [
      'keys and certificates that are elsewhere',
      { image: 'a', attestors: [{ entries: [{ keys: { kms: 'x' } }, { certificates: {} }, {}] }] },
    ],
    ['no entries', { image: 'a', attestors: [{}] }],
    ['an exact identity', keyless({ issuer: 'https://i', subject: 'me' })],
    ['a wildcard identity', keyless({ issuer: 'https://i', subject: 'https://a.b/*+(x)?' })],
    ['an expression', keyless({ issuer: 'https://i', subjectRegExp: 'me.*', additionalExtensions: {}, roots: 'x' })],
    ['no subject', keyless({ issuer: 'https://i' })],
    ['a wildcard issuer', keyless({ issuer: 'https://*', subject: 'me' })],
    ['an expression for the issuer', keyless({ issuerRegExp: 'https://.*', subject: 'me' })],
    ['no issuer', keyless({ subject: 'me' })],
    [
      'attestations',
      {
        image: 'a',
        attestors: [{ entries: keys(pem) }],
        attestations: [
          { type: 'sbom' },
          { predicateType: 'https://slsa.dev/provenance/v1', conditions: [] },
          { type: 'no such type' },
          {},
          { type: 'vuln', attestors: [{ count: 1, entries: keys(pem, pem) }] },
          { type: 'vuln', attestors: [{ count: 2, entries: keys(pem, pem, pem) }] },
        ],
      },
    ],
    ['attestations alone', { image: 'a', attestations: [{ type: 'sbom', attestors: [{ entries: keys(pem) }] }] }],
  ])('Kyverno: %s', (_, one, spec) => {
    expect(convert(kyverno(one, spec)).yaml).toMatchSnapshot();
  });

  it.each<[string, object]>([
    ['nothing', {}],
    ['an identity', { name: 'a', 'oidc-issuer': githubIssuer, certificate_identity: 'me' }],
    ['an expression', { oidc_issuer: githubIssuer, 'certificate-identity-regexp': 'me.*' }],
    ['both', { oidc_issuer: githubIssuer, certificate_identity: 'me', certificate_identity_regexp: 'me' }],
    ['no issuer', { certificate_identity: 'me' }],
  ])('integrity-check: %s', (_, one) => {
    expect(convert({ policies: [one] }).yaml).toMatchSnapshot();
  });
});

describe('scopes of containers-policy.json', () => {
  const requirement = (keyPath: string) => [{ type: 'sigstoreSigned', keyPath }];
  const reject = [{ type: 'reject' }];
  it.each<[string, object, string, string]>([
    [
      'a refused wildcard of hosts before a scope for all',
      { '': requirement('acme.pub'), '*.example.com': reject },
      'a.example.com/x',
      'block',
    ],
    ['a scope for all', { '': requirement('acme.pub'), '*.example.com': reject }, 'example.org/x', 'allow'],
    [
      'one digest, which says nothing of others',
      { 'ghcr.io/a@sha256:00': requirement('acme.pub'), 'ghcr.io/a': reject },
      'ghcr.io/a',
      'block',
    ],
    [
      'a refused digest, which is not forgotten',
      { 'ghcr.io/a@sha256:00': reject, 'ghcr.io/a': requirement('acme.pub') },
      'ghcr.io/a',
      'block',
    ],
  ])('%s', async (_, docker, name, status) => {
    const policies = await policiesOf({ project: convert({ default: reject, transports: { docker } }).yaml, files });
    expect(decide(inputOf(name, [byKey(acme, { repository: name })]), policies).status).toBe(status);
  });
});

describe('a signer whom Kyverno asked and whom nobody can name here', () => {
  const kms = { keys: { kms: 'x' } };
  const key = (publicKeys: string) => ({ keys: { publicKeys } });
  it.each<[string, object, string]>([
    ['was one of all', { entries: [key(acme), kms] }, 'block'],
    ['was one of two of three', { count: 2, entries: [key(acme), kms, kms] }, 'block'],
    ['was one of many, of whom one sufficed', { count: 1, entries: [key(acme), kms] }, 'allow'],
    [
      'was one of three, of whom two sufficed, and two can be named',
      { count: 1, entries: [key(acme), key(other), kms] },
      'allow',
    ],
  ])('%s', async (_, set, status) => {
    const one = { imageReferences: ['*'], attestors: [set] };
    const rules = [{ name: 'r', verifyImages: [one] }];
    const kyverno = {
      apiVersion: 'kyverno.io/v1',
      kind: 'Policy',
      spec: { validationFailureAction: 'Enforce', rules },
    };
    const policies = await policiesOf({ project: convert(kyverno).yaml, files });
    expect(decide(inputOf('a', [byKey(acme)]), policies).status).toBe(status);
  });
});

describe('an attestation whose own attestors Kyverno asked', () => {
  const sbom = 'https://spdx.dev/Document';
  const attested = (...pems: readonly string[]): readonly Evidence[] => [
    byKey(acme),
    ...pems.map((key) => byKey(key, { form: 'attestation', predicateType: sbom })),
  ];
  const entries = (...pems: readonly string[]) => pems.map((publicKeys) => ({ keys: { publicKeys } }));
  const policy = (attestors: object | undefined) => ({
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    spec: {
      validationFailureAction: 'Enforce',
      rules: [
        {
          name: 'r',
          verifyImages: [
            {
              imageReferences: ['*'],
              attestors: [{ entries: entries(acme) }],
              attestations: [{ type: sbom, ...(attestors === undefined ? {} : { attestors }) }],
            },
          ],
        },
      ],
    },
  });

  it.each<[string, object | undefined, readonly Evidence[], string]>([
    ["is the rule's signer's where it has none", undefined, attested(acme), 'allow'],
    ["is the rule's signer's alone where it has none", undefined, attested(other), 'block'],
    ['is its own signer’s', [{ entries: entries(other) }], attested(other), 'allow'],
    ["is not the rule's signer's where it has its own", [{ entries: entries(other) }], attested(acme), 'block'],
    ['needs all of them', [{ entries: entries(acme, other) }], attested(acme), 'block'],
    ['has all of them', [{ entries: entries(acme, other) }], attested(acme, other), 'allow'],
    ['needs one of them', [{ count: 1, entries: entries(acme, other) }], attested(other), 'allow'],
    [
      'is nobody’s where none of them can be said here',
      [{ entries: [{ keys: { kms: 'x' } }] }],
      attested(acme),
      'block',
    ],
  ])('%s', async (_, attestors, evidence, status) => {
    const policies = await policiesOf({ project: convert(policy(attestors)).yaml, files });
    expect(decide(inputOf('a', evidence), policies).status).toBe(status);
  });
});
