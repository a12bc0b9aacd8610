import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../../src/policy/language/schema/validate-document.ts';
import { parseYamlSource } from '../../../../../src/policy/language/schema/yaml-source.ts';
import { clusterImagePolicySchema } from '../../../../../src/policy/load/cluster-image-policy/cluster-schema.ts';
import { freshKey } from '../../support/policies.ts';

const key = freshKey();
const keyed = { key: { data: key } };
const identity = { issuer: 'i', subject: 's' };
const aws = 'awskms:///arn:aws:kms:eu-central-1:123456789012:';
const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
const hash = { remote: { url: 'https://acme.test/x.cue', sha256sum: 'ab' } };
const cue = { type: 'cue', data: 'a: 1' };

/** Why a ClusterImagePolicy with these fields is refused, null where it is not. */
function refusal(spec: object, fields: object = {}): string | null {
  const document = {
    apiVersion: 'policy.sigstore.dev/v1beta1',
    kind: 'ClusterImagePolicy',
    metadata: { name: 'acme' },
    spec: { images: [{ glob: 'ghcr.io/**' }], authorities: [keyed], ...spec },
    ...fields,
  };
  const source = parseYamlSource(new TextEncoder().encode(JSON.stringify(document)), 'cip.yaml');
  try {
    validateDocument(source, clusterImagePolicySchema);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
const authority = (...authorities: readonly object[]): object => ({ authorities });
const kms = (name: string): object => authority({ key: { kms: name } });
const identified = (fields: object): object => authority({ keyless: { identities: [fields] } });
const attested = (policy: object): object =>
  authority({ ...keyed, attestations: [{ name: 'a', predicateType: 'b', policy }] });
const remote = (url: string, sha256sum = 'ab'): object => attested({ type: 'cue', remote: { url, sha256sum } });
const fixed = { static: { action: 'pass' } };

describe('a ClusterImagePolicy is valid', () => {
  it.each<[string, object]>([
    ['with a key inline', {}],
    ['with a key in a Secret, the other ways left empty', authority({ key: { secretRef: {}, data: '', kms: '' } })],
    ['with a key in AWS', kms(`${aws}key/${id}`)],
    ['with a key in AWS of several regions', kms(`${aws}key/mrk-${id.replaceAll('-', '')}`)],
    [
      'with a key in AWS at an address',
      kms(`awskms://localhost:4566/arn:aws-cn:kms:cn-north-1:123456789012:key/${id}`),
    ],
    ['with an alias in AWS', kms(`${aws}alias/acme`)],
    ["with a key in AWS's government", kms(`${aws.replace('arn:aws:', 'arn:aws-us-gov:')}alias/`)],
    ['with a key in Azure', kms('azurekms://acme.vault.azure.net/key')],
    ['with a key in Vault', kms('hashivault://key')],
    ['with a key of Google', kms('gcpkms://projects/acme')],
    ['with a hash left empty', authority({ key: { data: key, hashAlgorithm: '' } })],
    ...['sha224', 'sha256', 'sha384', 'sha512'].map((hashAlgorithm): [string, object] => [
      `with ${hashAlgorithm}`,
      authority({ key: { data: key, hashAlgorithm } }),
    ]),
    ['with an exact identity', identified(identity)],
    ['with an identity by expressions', identified({ issuerRegExp: 'i', subjectRegExp: 's', issuer: '', subject: '' })],
    ['with a Fulcio of its own', authority({ keyless: { identities: [identity], url: 'https://fulcio.test' } })],
    ['with an authority of its own', authority({ keyless: { identities: [identity], url: '', 'ca-cert': keyed.key } })],
    ['with static alone', authority(fixed)],
    ['with static and empty lists beside it', authority({ ...fixed, attestations: [], source: [] })],
    [
      'with every field beside a key',
      authority({
        ...keyed,
        name: 'a',
        source: [{ oci: 'ghcr.io/x', tagPrefix: 'p', signaturePullSecrets: [{ name: 's' }] }],
        ctlog: { url: 'https://rekor.sigstore.dev', trustRootRef: 't' },
        rfc3161timestamp: { trustRootRef: 't' },
        signatureFormat: 'legacy',
      }),
    ],
    ['with a format left empty', authority({ ...keyed, signatureFormat: '' })],
    ['with a policy on attestations', attested(cue)],
    ['with one that is fetched', remote('https://acme.test')],
    ['with one of a ConfigMap', attested({ type: 'rego', data: '', configMapRef: { name: 'n', key: 'k' } })],
    [
      'with a policy on all',
      { policy: { ...cue, fetchConfigFile: true, includeSpec: true, includeObjectMeta: true, includeTypeMeta: true } },
    ],
    ...['', 'enforce', 'warn'].map((mode): [string, object] => [`in the mode "${mode}"`, { mode }]),
    ...['', 'replicasets', 'deployments', 'pods', 'cronjobs', 'jobs', 'statefulsets', 'daemonsets'].map(
      (resource): [string, object] => [`about "${resource}"`, { match: [{ resource }] }],
    ),
    ['about chosen resources', { match: [{ resource: 'pods', selector: { matchLabels: { a: 'b' } } }] }],
    ['about chosen resources of a group', { match: [{ group: 'apps', selector: {} }] }],
  ])('%s', (_, spec) => {
    expect(refusal(spec)).toBeNull();
  });

  it('in the older version, with a status', () => {
    expect(refusal({}, { apiVersion: 'policy.sigstore.dev/v1alpha1', status: { conditions: [] } })).toBeNull();
  });
});

describe('a ClusterImagePolicy is refused', () => {
  const keyProblem = 'say exactly one of data, kms and secretRef';
  const noStore = 'not the name of a key in a supported key store';
  const oneSigner = 'say exactly one of key, keyless and static';
  const alone = 'static stands alone, without attestations, source, ctlog and rfc3161timestamp';
  const oneSource = 'say exactly one of data, remote and configMapRef';

  it.each<[string, object, string]>([
    ['with an empty glob', { images: [{ glob: '' }] }, 'not a glob: it is empty'],
    [
      'with a glob of other characters',
      { images: [{ glob: 'a?' }] },
      'not a glob: it holds a character that the admission controller refuses',
    ],
    ['without an image', { images: [] }, 'images'],
    ['without an authority', authority(), 'authorities'],
    ['with a key that is none', authority({ key: { data: 'x' } }), 'data: it is not PEM'],
    ['with an empty key', authority({ key: { data: '', kms: '' } }), keyProblem],
    ['with two keys', authority({ key: { data: key, secretRef: {} } }), keyProblem],
    ['with two keys, one in a store', authority({ key: { kms: 'hashivault://x', secretRef: {} } }), keyProblem],
    ['with an unknown store', kms('file://x'), noStore],
    ['with a store in the middle', kms('x hashivault://x'), noStore],
    ['with a store after AWS', kms(`x${aws}alias/acme`), noStore],
    ['with a short account of AWS', kms(`${aws.replace('9012', '901')}alias/acme`), noStore],
    ['with something else of AWS', kms(`${aws}keys/${id}`), noStore],
    ['with a short key of AWS', kms(`${aws}key/${id.slice(1)}`), noStore],
    ['with a long key of AWS', kms(`${aws}key/${id}a`), noStore],
    ['with another partition of AWS', kms(`${aws.replace('arn:aws:', 'arn:aws-eu:')}alias/a`), noStore],
    ['with a port of AWS that is none', kms(`awskms://localhost:x/arn:aws:kms:eu:123456789012:alias/a`), noStore],
    ['with another service of AWS', kms(`${aws.replace(':kms:', ':s3:')}alias/a`), noStore],
    ['with an unknown hash', authority({ key: { data: key, hashAlgorithm: 'md5' } }), 'hashAlgorithm'],
    ['without an issuer', identified({ subject: 's' }), 'say exactly one of issuer and issuerRegExp'],
    ['with two issuers', identified({ ...identity, issuerRegExp: 'i' }), 'say exactly one of issuer and issuerRegExp'],
    ['without a subject', identified({ issuer: 'i' }), 'say exactly one of subject and subjectRegExp'],
    [
      'with two subjects',
      identified({ ...identity, subjectRegExp: 's' }),
      'say exactly one of subject and subjectRegExp',
    ],
    [
      'with an expression that is none',
      identified({ issuer: 'i', subjectRegExp: '(' }),
      'not a regular expression: error parsing regexp: missing closing )',
    ],
    ['without an identity', authority({ keyless: { identities: [] } }), 'identities'],
    [
      'with two authorities for certificates',
      authority({ keyless: { identities: [identity], url: 'https://fulcio.test', 'ca-cert': keyed.key } }),
      'say one of url and ca-cert',
    ],
    ['without a signer', authority({ name: 'a' }), oneSigner],
    ['with two who sign', authority({ ...keyed, keyless: { identities: [identity] } }), oneSigner],
    ['with a key beside static', authority({ ...keyed, ...fixed }), oneSigner],
    ['with static and attestations', authority({ ...fixed, attestations: [{ name: 'a', predicateType: 'b' }] }), alone],
    ['with static and a source', authority({ ...fixed, source: [{ oci: 'x' }] }), alone],
    ['with static and a log', authority({ ...fixed, ctlog: {} }), alone],
    ['with static and a timestamp', authority({ ...fixed, rfc3161timestamp: {} }), alone],
    ['with another static', authority({ static: { action: 'maybe' } }), 'action'],
    ['with two sources', authority({ ...keyed, source: [{}, {}] }), 'source'],
    [
      'with a secret without a name',
      authority({ ...keyed, source: [{ signaturePullSecrets: [{ name: '' }] }] }),
      'name',
    ],
    ['with another format', authority({ ...keyed, signatureFormat: 'new' }), 'signatureFormat'],
    [
      'with an attestation without a name',
      authority({ ...keyed, attestations: [{ name: '', predicateType: 'b' }] }),
      'name',
    ],
    [
      'with an attestation of no type',
      authority({ ...keyed, attestations: [{ name: 'a', predicateType: '' }] }),
      'predicateType',
    ],
    ['with a policy in another language', attested({ type: 'lua', data: 'x' }), 'type'],
    ['with a policy that is nowhere', attested({ type: 'cue' }), oneSource],
    ['with a policy in two places', attested({ ...cue, ...hash }), oneSource],
    ['with a policy on all that is nowhere', { policy: { type: 'cue', data: '' } }, oneSource],
    ['with a policy at an unsafe address', remote('http://acme.test'), 'not an https address'],
    ['with a policy at an address in the middle', remote('x https://acme.test'), 'not an https address'],
    ['with a policy at no host', remote('https:///x'), 'not an https address'],
    ['with a policy that is fetched unchecked', remote('https://acme.test', ''), 'sha256sum'],
    ['with a ConfigMap without a name', attested({ type: 'cue', configMapRef: { name: '', key: 'k' } }), 'name'],
    ['with a ConfigMap without a key', attested({ type: 'cue', configMapRef: { name: 'n', key: '' } }), 'key'],
    ['in another mode', { mode: 'off' }, 'mode'],
    ['about another resource', { match: [{ resource: 'nodes' }] }, 'resource'],
    ['about a choice from nothing', { match: [{ selector: {} }] }, 'selector needs a resource to choose from'],
    [
      'about a choice from empty names',
      { match: [{ group: '', version: '', resource: '', selector: {} }] },
      'selector needs a resource to choose from',
    ],
    ['with an unknown field', { authority: [] }, 'unknown field "authority"'],
  ])('%s', (_, spec, message) => {
    expect(refusal(spec)).toContain(message);
  });

  it.each([
    [{ apiVersion: 'policy.sigstore.dev/v1' }, 'apiVersion'],
    [{ kind: 'Policy' }, 'kind'],
    [{ metadata: { name: '' } }, 'name'],
  ])('that is another object: %o', (fields, message) => {
    expect(refusal({}, fields)).toContain(message);
  });
});
