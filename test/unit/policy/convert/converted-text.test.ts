import { describe, expect, it } from 'vitest';
import { convertPolicy } from '../../../../src/policy/convert/convert-policy.ts';
import {
  istioKey,
  microsoftSupplyChainRoot,
  tektonKey,
  universalBlueKey,
} from '../../../../src/policy/publishers/publisher-keys.ts';
import { decide } from '../support/decide.ts';
import { byKey, githubIssuer, inputOf } from '../support/evidence.ts';
import { policiesOf } from '../support/policies.ts';
import { acme, files, other } from '../support/verdict.ts';
import { kyvernoCertificates } from './sources/kyverno-certificates.ts';

const convert = (value: unknown) => convertPolicy(new TextEncoder().encode(JSON.stringify(value)), 'x.json');
// a key of its own would be another one in each run
const pem = tektonKey;
const [second, third] = [istioKey, universalBlueKey];

describe('what another tool asks for, in our words', () => {
  const requirement = { type: 'sigstoreSigned', keyPath: 'acme.pub' };
  const pki = (fields: object) => ({ type: 'sigstoreSigned', pki: fields });
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
        'a.io/one': [{ type: 'sigstoreSigned', keyData: Buffer.from(pem).toString('base64') }],
        'a.io/paths': [{ type: 'sigstoreSigned', keyPaths: ['a.pub', 'b.pub'] }],
        'a.io/datas': [
          { type: 'sigstoreSigned', keyDatas: [pem, pem].map((key) => Buffer.from(key).toString('base64')) },
        ],
        'a.io/all-of': [requirement, { type: 'sigstoreSigned', keyPaths: ['a.pub', 'b.pub'] }],
        'a.io/anything-and': [requirement, { type: 'insecureAcceptAnything' }],
      }),
    ],
    [
      'a log of every kind',
      containers({
        'a.io/path': [{ ...requirement, rekorPublicKeyPath: 'x' }],
        'a.io/data': [{ ...requirement, rekorPublicKeyData: 'x' }],
        'a.io/paths': [{ ...requirement, rekorPublicKeyPaths: ['x'] }],
        'a.io/datas': [{ ...requirement, rekorPublicKeyDatas: ['x'] }],
      }),
    ],
    [
      'certificates',
      containers({
        'a.io/fulcio': [
          { type: 'sigstoreSigned', fulcio: { oidcIssuer: 'https://i', subjectEmail: 'me@example.com' } },
        ],
        'a.io/nobody': [{ type: 'sigstoreSigned', fulcio: { oidcIssuer: 'https://i' } }],
        'a.io/no-issuer': [{ type: 'sigstoreSigned', fulcio: { subjectEmail: 'me@example.com' } }],
        'a.io/pki': [{ type: 'sigstoreSigned', pki: {} }],
        'a.io/pki-mail': [pki({ caRootsPath: '/etc/ca.pem', subjectEmail: 'me@example.com' })],
        'a.io/pki-host': [
          pki({
            caRootsData: Buffer.from(microsoftSupplyChainRoot).toString('base64'),
            caIntermediatesPath: '/etc/between.pem',
            subjectHostname: 'builds.example.com',
          }),
        ],
        'a.io/pki-mail-and-host': [
          pki({ caRootsPath: 'ca.pem', subjectEmail: 'me@example.com', subjectHostname: 'x' }),
        ],
        'a.io/pki-nobody': [pki({ caRootsPath: 'ca.pem' })],
        'a.io/pki-two-roots': [pki({ caRootsPath: 'ca.pem', caRootsData: 'eA==', subjectEmail: 'x' })],
        'a.io/pki-two-between': [
          pki({ caRootsPath: 'c', caIntermediatesPath: 'i', caIntermediatesData: 'eA==', subjectEmail: 'x' }),
        ],
        'a.io/both': [requirement, { type: 'sigstoreSigned', fulcio: { oidcIssuer: 'https://i', subjectEmail: 'me' } }],
      }),
    ],
    [
      'names that are asked for',
      containers({
        'a.io/repository': [{ ...requirement, signedIdentity: { type: 'matchRepository' } }],
        'a.io/exact': [{ ...requirement, signedIdentity: { type: 'matchExact' } }],
        'a.io/usual': [{ ...requirement, signedIdentity: { type: 'matchRepoDigestOrExact' } }],
        'a.io/remapped': [
          { ...requirement, signedIdentity: { type: 'remapIdentity', prefix: 'a', signedPrefix: 'docker.io' } },
        ],
        'a.io/half': [{ ...requirement, signedIdentity: { type: 'remapIdentity', prefix: 'a' } }],
        'a.io/other': [{ ...requirement, signedIdentity: { type: 'exactRepository' } }],
      }),
    ],
    ['an open default', containers({}, { default: [{ type: 'insecureAcceptAnything' }] })],
    ['a default that asks for a key', containers({}, { default: [requirement] })],
    ['a default that refuses and asks', containers({}, { default: [{ type: 'reject' }, requirement] })],
    ['no transports', { default: [{ type: 'reject' }] }],
  ])('containers-policy.json: %s', async (_, policy) => {
    expect((await convert(policy)).yaml).toMatchSnapshot();
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
    ['no identity', { trustedIdentities: undefined, trustStores: undefined }],
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
  ])("Notation's trust policy: %s", async (_, changes) => {
    expect((await convert(trust(changes))).yaml).toMatchSnapshot();
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
    ['two of three keys', { image: 'a', attestors: [{ count: 2, entries: keys(pem, second, third) }] }],
    ['one key twice', { image: 'a', attestors: [{ count: 2, entries: keys(pem, pem) }] }],
    ['more than there are', { image: 'a', attestors: [{ count: 9, entries: keys(pem) }] }],
    [
      'sets with a count of their own',
      { image: 'a', attestors: [{ count: 1, entries: keys(pem, second) }, { entries: keys(third) }] },
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
    ...kyvernoCertificates,
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
          { type: 'vuln', attestors: [{ count: 1, entries: keys(pem, second) }] },
          { type: 'vuln', attestors: [{ count: 2, entries: keys(pem, second, third) }] },
        ],
      },
    ],
    ['attestations alone', { image: 'a', attestations: [{ type: 'sbom', attestors: [{ entries: keys(pem) }] }] }],
  ])('Kyverno: %s', async (_, one, spec) => {
    expect((await convert(kyverno(one, spec))).yaml).toMatchSnapshot();
  });

  it.each<[string, object]>([
    ['nothing', {}],
    ['an identity', { name: 'a', 'oidc-issuer': githubIssuer, certificate_identity: 'me' }],
    ['an expression', { oidc_issuer: githubIssuer, 'certificate-identity-regexp': 'me.*' }],
    ['both', { oidc_issuer: githubIssuer, certificate_identity: 'me', certificate_identity_regexp: 'me' }],
    ['no issuer', { certificate_identity: 'me' }],
  ])('integrity-check: %s', async (_, one) => {
    expect((await convert({ policies: [one] })).yaml).toMatchSnapshot();
  });
});

describe('scopes of containers-policy.json', () => {
  const signedIdentity = { type: 'matchRepository' };
  const requirement = (keyPath: string) => [{ type: 'sigstoreSigned', keyPath, signedIdentity }];
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
    const policies = await policiesOf({
      project: (await convert({ default: reject, transports: { docker } })).yaml,
      files,
    });
    expect(decide(inputOf(name, [byKey(acme, { repository: name })]), policies).status).toBe(status);
  });
});

describe('a signer whom Kyverno asked and whom a policy cannot name here', () => {
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
    const policies = await policiesOf({ project: (await convert(kyverno)).yaml, files });
    expect(decide(inputOf('a', [byKey(acme)]), policies).status).toBe(status);
  });
});
