import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../src/model/index.ts';
import { convertPolicy } from '../../../../src/policy/convert/convert-policy.ts';
import { decide } from '../support/decide.ts';
import { byKey, inputOf } from '../support/evidence.ts';
import { policiesOf } from '../support/policies.ts';
import { acme, files, other } from '../support/verdict.ts';

const convert = (value: unknown) => convertPolicy(new TextEncoder().encode(JSON.stringify(value)), 'x.json');

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
    [
      "is of no signer where it has none and the rule's signers have keys: there a certificate was asked for",
      undefined,
      attested(acme),
      'block',
    ],
    ["is the rule's signer's alone where it has none", undefined, attested(other), 'block'],
    ['is its own signer’s', [{ entries: entries(other) }], attested(other), 'allow'],
    ["is not the rule's signer's where it has its own", [{ entries: entries(other) }], attested(acme), 'block'],
    ['needs all of them', [{ entries: entries(acme, other) }], attested(acme), 'block'],
    ['has all of them', [{ entries: entries(acme, other) }], attested(acme, other), 'allow'],
    ['needs one of them', [{ count: 1, entries: entries(acme, other) }], attested(other), 'allow'],
    [
      'is of no signer where none of them can be said here',
      [{ entries: [{ keys: { kms: 'x' } }] }],
      attested(acme),
      'block',
    ],
  ])('%s', async (_, attestors, evidence, status) => {
    const policies = await policiesOf({ project: (await convert(policy(attestors))).yaml, files });
    expect(decide(inputOf('a', evidence), policies).status).toBe(status);
  });
});
