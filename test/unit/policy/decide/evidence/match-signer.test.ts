import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/model/index.ts';
import { rootScope } from '../../../../../src/policy/decide/evidence/match-signer.ts';
import { judgeRule } from '../../../../../src/policy/decide/judge/judge-rule.ts';
import { parseCertificates } from '../../../../../src/policy/load/files/key-material.ts';
import { anyCertificates } from '../../support/certificates.ts';
import { byKey, inputOf } from '../../support/evidence.ts';
import { policiesOf } from '../../support/policies.ts';
import { acme, files, name, rule, signed, verdict } from '../../support/verdict.ts';

describe('notation', () => {
  const subject = 'CN=signer,O=acme,L=Seattle,ST=WA,C=US';
  const [ca = '', otherCa = ''] = anyCertificates();
  const idOf = (pem: string): string => {
    const material = parseCertificates(pem, null, 'notation');
    return material.ok ? material.value.id : '';
  };
  const project = rule(`signedBy: [{notation: {subject: "${subject}", ca: ca.pem}}]`);
  const evidence = (changes: Partial<Evidence> = {}): Evidence =>
    byKey(acme, {
      form: 'notation',
      signer: { kind: 'certificate', subject },
      materials: [idOf(ca)],
      log: null,
      trustedRoot: null,
      ...changes,
    });

  it.each<[string, Partial<Evidence>, string, string[]]>([
    ['the subject under the authority', {}, 'allow', []],
    [
      'another subject',
      { signer: { kind: 'certificate', subject: 'CN=other,O=acme,L=Seattle,ST=WA,C=US' } },
      'block',
      ['signature.identity-mismatch'],
    ],
    [
      'the same parts in another order',
      { signer: { kind: 'certificate', subject: 'C=US,ST=WA,L=Seattle,O=acme,CN=signer' } },
      'block',
      ['signature.identity-mismatch'],
    ],
    ['the subject under another authority', { materials: [idOf(otherCa)] }, 'block', ['signature.untrusted-key']],
    ['the subject under no authority', { materials: [] }, 'block', ['signature.untrusted-key']],
    ['another form with that subject', { form: 'cosign-signature' }, 'block', ['signature.identity-mismatch']],
    [
      'a signature that has expired',
      { verified: false, problem: { code: 'expired', message: 'expired' } },
      'block',
      ['signature.certificate-expired'],
    ],
  ])('%s', async (_, changes, status, codes) => {
    expect(await verdict(project, inputOf(name, [evidence(changes)]), { files: { 'ca.pem': ca } })).toMatchObject({
      status,
      codes,
    });
  });

  it.each<[string, Partial<Evidence>, string, string[]]>([
    ['without one', { time: null, timeSource: null }, 'block', ['signature.log-missing']],
    ['by an authority of the rule', { timeSource: 'timestamp', materials: [idOf(ca), idOf(otherCa)] }, 'allow', []],
    ['by another authority', { timeSource: 'timestamp' }, 'block', ['signature.untrusted-key']],
  ])('asks for a timestamp where it is required: %s', async (_, changes, status, codes) => {
    const notation = `{subject: "${subject}", ca: ca.pem, tsa: tsa.pem, timestamp: required}`;
    const policy = rule(`signedBy: [{notation: ${notation}}]`);
    const found = await verdict(policy, inputOf(name, [evidence(changes)]), {
      files: { 'ca.pem': ca, 'tsa.pem': otherCa },
    });
    expect(found).toMatchObject({ status, codes });
  });

  it('cannot ask for a timestamp that no authority may make', async () => {
    const policy = rule(`signedBy: [{notation: {subject: "${subject}", ca: ca.pem, timestamp: required}}]`);
    await expect(policiesOf({ project: policy, files: { 'ca.pem': ca } })).rejects.toThrow(/needs a tsa/);
  });

  it('needs a certificate for its authority', async () => {
    const loading = policiesOf({ project, files: { 'ca.pem': acme } });
    await expect(loading).rejects.toThrow(/ca\.pem is not usable: it holds no certificate/);
  });
});

describe('an attestation', () => {
  it.each<[string, Partial<Evidence>]>([
    ['without a predicate type', { form: 'attestation', predicateType: null }],
    [
      "with the predicate type of cosign's signatures",
      { form: 'attestation', predicateType: 'https://sigstore.dev/cosign/sign/v1' },
    ],
  ])('%s is no signature on the image', async (_, changes) => {
    expect(await verdict(signed(''), inputOf(name, [byKey(acme, changes)]))).toMatchObject({ status: 'block' });
  });
});

describe('a rule in which nothing has to hold', () => {
  it('allows nothing, should one ever come to be', async () => {
    const policies = await policiesOf({ project: signed(''), files });
    const [layer] = policies.layers;
    const [only] = layer?.rules ?? [];
    if (layer === undefined || only === undefined) throw new Error('the policy has one rule');
    const context = { input: inputOf(name, [byKey(acme)]), layer, names: [], roots: rootScope(layer, []) };
    expect(judgeRule(context, { ...only, signedBy: null }).status).toBe('block');
    expect(judgeRule(context, only).status).toBe('allow');
  });
});
