import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/model/index.ts';
import { trustedEvidence } from '../../../../../src/policy/index.ts';
import { byIdentity, byKey, githubIssuer, inputOf } from '../../support/evidence.ts';
import { type Layers, policiesOf } from '../../support/policies.ts';
import { acme, files, name, other, rule } from '../../support/verdict.ts';

const slsa = 'https://slsa.dev/provenance/v1';
const spdx = 'https://spdx.dev/Document';

async function trusted(evidence: readonly Evidence[], layers: Layers) {
  return trustedEvidence(inputOf(name, evidence), await policiesOf({ files, ...layers }));
}
const attested = (predicateType: string | null, key = other): Evidence =>
  byKey(key, { form: 'attestation', predicateType });

describe('the evidence that counts for an image', () => {
  it('is that of the signers of its rule, signatures and attestations alike', async () => {
    const evidence = [byKey(acme), byKey(other), attested(slsa, acme), attested(slsa), byIdentity('me')];
    expect(await trusted(evidence, { project: rule('signedBy: [{key: acme.pub}]') })).toEqual([0, 2]);
    const keyless = `signedBy: [{key: other.pub}, {keyless: {issuer: "${githubIssuer}", identity: me}}]`;
    expect(await trusted(evidence, { project: rule(keyless) })).toEqual([1, 3, 4]);
  });

  it('is nothing where no rule names a signer', async () => {
    expect(await trusted([byKey(acme)], { project: 'version: 1\ndefault: allow\n' })).toEqual([]);
    expect(await trusted([byKey(acme)], { project: rule('locked: true') })).toEqual([]);
    const elsewhere = rule('signedBy: [{key: acme.pub}]').replace('**', 'quay.io/**');
    expect(await trusted([byKey(acme)], { project: elsewhere })).toEqual([]);
  });

  it('has to count for each layer that names signers', async () => {
    const [first, second] = [rule('signedBy: [{key: acme.pub}]'), rule('signedBy: [{key: other.pub}]')];
    const evidence = [byKey(acme), byKey(other)];
    expect(await trusted(evidence, { project: first, commandLine: [second] })).toEqual([]);
    expect(await trusted(evidence, { project: first, commandLine: [first] })).toEqual([0]);
    expect(await trusted(evidence, { project: rule('locked: true'), commandLine: [second] })).toEqual([1]);
  });

  it('is not what does not verify', async () => {
    const broken = { verified: false, problem: { code: 'invalid-signature', message: 'it does not fit' } } as const;
    expect(await trusted([byKey(acme, broken)], { project: rule('signedBy: [{key: acme.pub}]') })).toEqual([]);
  });

  it.each<[string, string, readonly number[]]>([
    ['provenance', 'slsa-provenance', [0, 2]],
    ['an SBOM', 'spdx', [1]],
    ['another type', 'https://acme.test/v1', []],
  ])('is of a signer of %s alone only where it is of that type', async (_, type, expected) => {
    const evidence = [attested(slsa), attested(spdx), attested(null), attested(slsa, acme), byIdentity('me')];
    const project = rule(`require: {attestations: [{type: "${type}", signedBy: [{key: other.pub}]}]}`);
    expect(await trusted(evidence, { project })).toEqual(expected);
  });

  it("is of the rule's signers and of an attestation's own", async () => {
    const own = 'require: {attestations: [{type: spdx, signedBy: [{key: other.pub}]}, {type: vuln}]}';
    const project = rule(`signedBy: [{key: acme.pub}]\n    ${own}`);
    expect(await trusted([attested(spdx), attested(slsa), attested(slsa, acme)], { project })).toEqual([0, 2]);
  });
});
