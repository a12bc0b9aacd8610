import { describe, expect, it } from 'vitest';
import { parseClusterPolicies } from '../../../../../src/policy/load/cluster-image-policy/read-cluster-policies.ts';
import { MaterialCollector } from '../../../../../src/policy/load/files/material-collector.ts';
import { keyId } from '../../support/evidence.ts';
import { freshKey } from '../../support/policies.ts';

const key = freshKey();
const id = keyId(key);
const place = { policy: 'cip.yaml', modeOption: null, fileMode: 'warn', layer: 'user' } as const;
const identity = { issuer: 'i', subject: 's' };

/** What becomes of a policy with these fields, and of the keys that it names. */
function compiled(
  authorities: readonly object[],
  spec: object = {},
  at: Parameters<typeof parseClusterPolicies>[1] = place,
) {
  const material = new MaterialCollector();
  const document = {
    apiVersion: 'policy.sigstore.dev/v1beta1',
    kind: 'ClusterImagePolicy',
    metadata: { name: 'acme' },
    spec: { images: [{ glob: 'ghcr.io/**' }, { glob: 'quay.io/*' }], authorities, ...spec },
  };
  const text = `kind: Namespace\n---\n${JSON.stringify(document)}\n`;
  const [policy] = parseClusterPolicies(new TextEncoder().encode(text), at, material);
  return { policy, material: material.material() };
}

function authorityOf(fields: object) {
  return compiled([fields]).policy?.authorities[0];
}

const plain = {
  name: 'authority-0',
  signer: { kind: 'key', id, logRequired: false },
  attestations: [],
  format: 'legacy',
  source: null,
  logRoot: null,
  timestampRoot: null,
  unsupported: [],
  stricter: [],
};
const keyless = {
  ...plain,
  signer: {
    kind: 'keyless',
    identities: [{ issuer: { kind: 'exact', text: 'i' }, subject: { kind: 'exact', text: 's' } }],
    root: 'usual',
  },
};
const keyed = { key: { data: key } };

describe('a ClusterImagePolicy', () => {
  it('keeps its name, place and globs, and takes the mode of the policy that names it', () => {
    expect(compiled([keyed, { ...keyed, name: 'second' }]).policy).toEqual({
      name: 'acme',
      policy: 'cip.yaml',
      line: 3,
      mode: 'warn',
      saysEnforce: false,
      globs: ['ghcr.io/**', 'quay.io/*'],
      authorities: [plain, { ...plain, name: 'second' }],
      unsupported: [],
    });
  });

  it.each([
    [undefined, null, 'warn', 'warn', false],
    [undefined, null, 'enforce', 'enforce', false],
    ['', null, 'enforce', 'enforce', false],
    ['warn', null, 'enforce', 'warn', false],
    ['enforce', null, 'warn', 'enforce', true],
    ['enforce', 'warn', 'enforce', 'warn', true],
    ['warn', 'enforce', 'warn', 'enforce', false],
  ] as const)(
    'that says the mode %s, under the option %s and a policy in %s, is in %s',
    (said, modeOption, fileMode, mode, saysEnforce) => {
      expect(compiled([keyed], { mode: said ?? null }, { ...place, modeOption, fileMode }).policy).toMatchObject({
        mode,
        saysEnforce,
      });
    },
  );

  it.each([
    [{ type: 'cue' }, 'CUE over what the authorities found'],
    [{ type: 'rego' }, 'Rego over what the authorities found'],
    [{ type: 'cue', fetchConfigFile: true }, "CUE over the image's configuration"],
    [{ type: 'cue', includeSpec: true }, 'CUE over the Kubernetes resource, which a build has not'],
    [{ type: 'rego', includeObjectMeta: true }, 'Rego over the Kubernetes resource, which a build has not'],
    [{ type: 'rego', includeTypeMeta: true }, 'Rego over the Kubernetes resource, which a build has not'],
    [{ type: 'cue', includeSpec: false, fetchConfigFile: false }, 'CUE over what the authorities found'],
  ])('cannot be evaluated with the policy %o on all', (policy, reason) => {
    const { policy: found } = compiled([keyed], { policy: { ...policy, data: 'a: 1' } });
    expect(found?.unsupported).toEqual([{ field: 'spec.policy', reason }]);
  });

  it('brings its keys, with the hash that it names', () => {
    expect(compiled([keyed]).material.keys).toMatchObject([{ id, hashAlgorithm: null, name: null }]);
    const named = compiled([{ name: 'second', key: { data: key, hashAlgorithm: 'sha512' } }]);
    expect(named.material.keys).toMatchObject([{ id, hashAlgorithm: 'sha512', name: 'second' }]);
    expect(compiled([{ key: { data: key, hashAlgorithm: '' } }]).material.keys).toMatchObject([
      { hashAlgorithm: null },
    ]);
    expect(compiled([{ key: { data: key, hashAlgorithm: 'sha224' } }]).material.keys).toEqual([]);
  });
});

describe('an authority', () => {
  const identities = [identity];
  const anything = '(?s:.*)';
  const stricter = (field: string, reason: string): object => ({
    stricter: [{ field: `spec.authorities[0].${field}`, reason }],
  });
  const unsupported = (field: string, reason: string): object => ({
    unsupported: [{ field: `spec.authorities[0].${field}`, reason }],
  });
  const noLog = stricter('ctlog.url', 'an entry that only this log holds is not asked for');
  const noFulcio = stricter('keyless.url', 'a private Fulcio: --trusted-root names its trusted root');

  it.each<[string, object, object]>([
    ['without a name', { ...keyed, name: '' }, plain],
    ['of a key with a log', { ...keyed, ctlog: {} }, { ...plain, signer: { kind: 'key', id, logRequired: true } }],
    [
      'of a key with the public log',
      { ...keyed, ctlog: { url: 'https://rekor.sigstore.dev/' } },
      { ...plain, signer: { kind: 'key', id, logRequired: true } },
    ],
    [
      'of a key with another log',
      { ...keyed, ctlog: { url: 'https://rekor.test' } },
      { ...plain, signer: { kind: 'key', id, logRequired: true }, ...noLog },
    ],
    [
      'with a place for signatures',
      { ...keyed, source: [{ oci: 'ghcr.io/s', tagPrefix: 'p' }] },
      { ...plain, source: { repository: 'ghcr.io/s', tagPrefix: 'p' } },
    ],
    [
      'with an empty place for signatures',
      { ...keyed, source: [{}] },
      { ...plain, source: { repository: null, tagPrefix: null } },
    ],
    ['with references left empty', { ...keyed, rfc3161timestamp: { trustRootRef: '' } }, plain],
    [
      'of a key that reads bundles',
      { ...keyed, signatureFormat: 'bundle' },
      {
        ...plain,
        format: 'bundle',
        ...unsupported('signatureFormat', 'the admission controller reads bundles of keyless authorities only'),
      },
    ],
    ['that reads bundles', { keyless: { identities }, signatureFormat: 'bundle' }, { ...keyless, format: 'bundle' }],
    ['that reads what cosign 2 wrote', { keyless: { identities }, signatureFormat: 'legacy' }, keyless],
    ['of public Fulcio', { keyless: { identities, url: 'https://fulcio.sigstore.dev/' } }, keyless],
    [
      'of a private Fulcio',
      { keyless: { identities, url: 'https://fulcio.test' } },
      { ...keyless, signer: { ...keyless.signer, root: 'private' }, ...noFulcio },
    ],
    [
      'of certificates without their proof',
      { keyless: { identities, insecureIgnoreSCT: true } },
      {
        ...keyless,
        ...stricter('keyless.insecureIgnoreSCT', 'a certificate without its transparency proof is never accepted here'),
      },
    ],
    ['of certificates with their proof', { keyless: { identities, insecureIgnoreSCT: false } }, keyless],
    [
      'of an authority of the cluster',
      { keyless: { identities, 'ca-cert': { secretRef: { name: 'ca' } } } },
      {
        ...keyless,
        ...unsupported(
          'keyless.ca-cert',
          'the admission controller reads it and trusts public Fulcio all the same: a TrustRoot names an authority of your own',
        ),
      },
    ],
    [
      'by expressions',
      { keyless: { identities: [{ issuer: '', issuerRegExp: 'a|b', subjectRegExp: 'c' }] } },
      {
        ...keyless,
        signer: {
          ...keyless.signer,
          identities: [
            {
              issuer: { kind: 'regexp', text: `${anything}(?:a|b)${anything}` },
              subject: { kind: 'regexp', text: `${anything}(?:c)${anything}` },
            },
          ],
        },
      },
    ],
    [
      'that passes',
      { static: { action: 'pass' } },
      { ...plain, signer: { kind: 'static', action: 'pass', message: null } },
    ],
    [
      'that fails',
      { static: { action: 'fail', message: 'no' } },
      { ...plain, signer: { kind: 'static', action: 'fail', message: 'no' } },
    ],
    [
      'of a key in a store',
      { key: { kms: 'hashivault://x' } },
      { ...plain, signer: { kind: 'unsupported' }, ...unsupported('key.kms', 'a key in a key store') },
    ],
    [
      'of a Secret that is not there',
      { key: { secretRef: { name: 'x' } } },
      {
        ...plain,
        signer: { kind: 'unsupported' },
        ...unsupported('key.secretRef', 'the Secret x is not in the files read'),
      },
    ],
    [
      'of a Secret without a name',
      { key: { secretRef: {} } },
      {
        ...plain,
        signer: { kind: 'unsupported' },
        ...unsupported('key.secretRef', 'the Secret  is not in the files read'),
      },
    ],
    [
      'of a hash that is not there',
      { key: { data: key, hashAlgorithm: 'sha224' } },
      { ...plain, ...unsupported('key.hashAlgorithm', 'SHA-224') },
    ],
    [
      'of a TrustRoot that is not there',
      { keyless: { identities, trustRootRef: 'x' } },
      { ...keyless, ...unsupported('keyless.trustRootRef', 'the TrustRoot x is not in the files read') },
    ],
    [
      "of a log's TrustRoot that is not there",
      { ...keyed, ctlog: { trustRootRef: 'x' } },
      {
        ...plain,
        signer: { kind: 'key', id, logRequired: true },
        ...unsupported('ctlog.trustRootRef', 'the TrustRoot x is not in the files read'),
      },
    ],
    [
      "of a timestamp's TrustRoot that is not there",
      { ...keyed, rfc3161timestamp: { trustRootRef: 'x' } },
      { ...plain, ...unsupported('rfc3161timestamp.trustRootRef', 'the TrustRoot x is not in the files read') },
    ],
  ])('%s', (_, fields, expected) => {
    expect(authorityOf(fields)).toEqual(expected);
  });

  const attested = (predicateType: string, policy?: object) => {
    const found = authorityOf({
      ...keyed,
      attestations: [{ name: 'a', predicateType, ...(policy === undefined ? {} : { policy }) }],
    });
    return { attestations: found?.attestations, unsupported: found?.unsupported };
  };

  it.each([
    ['custom', 'https://cosign.sigstore.dev/attestation/v1'],
    ['slsaprovenance', 'https://slsa.dev/provenance/v0.2'],
    ['slsaprovenance02', 'https://slsa.dev/provenance/v0.2'],
    ['slsaprovenance1', 'https://slsa.dev/provenance/v1'],
    ['openvex', 'https://openvex.dev/ns'],
    ['spdx', 'https://spdx.dev/Document'],
    ['spdxjson', 'https://spdx.dev/Document'],
    ['cyclonedx', 'https://cyclonedx.org/bom'],
    ['link', 'https://in-toto.io/Link/v1'],
    ['vuln', 'https://cosign.sigstore.dev/attestation/vuln/v1'],
    ['https://acme.test/v1', 'https://acme.test/v1'],
    ['constructor', 'constructor'],
  ])('reads the predicate type %s as %s', (short, predicateType) => {
    expect(attested(short)).toEqual({
      attestations: [{ name: 'a', predicateType, constraint: null }],
      unsupported: [],
    });
  });

  it('reads CUE of literals', () => {
    expect(attested('vuln', { type: 'cue', data: 'a: 1' }).attestations).toMatchObject([
      { constraint: { fields: [['a', 1]] } },
    ]);
  });

  it.each([
    [{ type: 'rego', data: 'package x' }, 'policy', 'Rego'],
    [
      { type: 'cue', remote: { url: 'https://acme.test/x', sha256sum: 'ab' } },
      'policy.remote',
      'a policy that is kept elsewhere',
    ],
    [
      { type: 'cue', configMapRef: { name: 'n', key: 'k' } },
      'policy.configMapRef',
      'the ConfigMap n is not in the files read',
    ],
    [{ type: 'cue', data: 'a: b' }, 'policy.data', 'CUE beyond literals: "b"'],
  ])('cannot evaluate %o', (policy, field, reason) => {
    expect(attested('b', policy)).toEqual({
      attestations: [{ name: 'a', predicateType: 'b', constraint: null }],
      unsupported: [{ field: `spec.authorities[0].attestations[0].${field}`, reason }],
    });
  });
});
