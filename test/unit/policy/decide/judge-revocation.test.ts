import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/policy/index.ts';
import { certify } from '../../signature/certificates/test-certificates.ts';
import { byKey, inputOf } from '../support/evidence.ts';
import { freshKey, policiesOf } from '../support/policies.ts';

const acme = freshKey();
const name = 'registry.example.com/acme/app:1';
const ruleWith = (fields: string): string => `version: 1\nrules:\n  - images: ["**"]\n    ${fields}\n`;

describe('a signature by Notation', () => {
  const subject = 'CN=signer,O=acme';
  const byCertificate = (changes: object = {}) => ({
    ...byKey(acme),
    form: 'notation' as const,
    signer: { kind: 'certificate' as const, subject },
    ...changes,
  });
  const verdict = async (revocation: string | null, changes: object) => {
    const { pem } = await certify({ subject: 'CN=root', isAuthority: true }, null, null);
    const field = revocation === null ? '' : `, revocation: ${revocation}`;
    const project = ruleWith(`signedBy: [{notation: {subject: "${subject}", ca: ca.pem${field}}}]`);
    const policies = await policiesOf({ project, files: { 'ca.pem': pem } });
    const known = new Set((await policiesOf({})).material.certificates.map(({ id }) => id)); // the catalogue's own
    const materials = policies.material.certificates.map(({ id }) => id).filter((id) => !known.has(id));
    return {
      decision: decide(inputOf(name, [byCertificate({ materials, ...changes })]), policies),
      revocable: policies.revocable.filter((id) => !known.has(id)),
      materials,
    };
  };
  const open = { revocationUnknown: 'CN=signer,O=acme: the responder does not answer' };

  it.each([
    [null, {}, 'allow', []],
    [null, open, 'error', ['image.unverifiable']],
    ['require', open, 'error', ['image.unverifiable']],
    ['warn', open, 'warn', ['image.unverifiable']],
    ['skip', open, 'allow', []],
  ] as const)('with revocation: %s and %j is %s', async (revocation, changes, status, codes) => {
    const { decision, revocable, materials } = await verdict(revocation, changes);
    expect({ status: decision.status, codes: decision.findings.map(({ code }) => code) }).toEqual({ status, codes });
    expect(revocable).toEqual(revocation === 'skip' ? [] : materials);
    const found = decision.findings.map((finding) => finding.found ?? '');
    expect(found.every((text) => text.includes('the responder does not answer'))).toBe(true);
  });

  it.each([null, 'warn', 'skip'])('by a revoked certificate is refused, with revocation: %s', async (revocation) => {
    const problem = { code: 'certificate-revoked', message: 'revoked at noon' };
    const { decision } = await verdict(revocation, { verified: false, materials: [], problem });
    expect(decision).toMatchObject({ status: 'block', findings: [{ code: 'signature.certificate-revoked' }] });
  });
});

describe('what only the network could tell', () => {
  it.each([
    [[{ message: 'not kept', offline: true }], 'image.offline'],
    [[{ message: 'not kept', offline: true }, { message: '503' }], 'image.unverifiable'],
    [[{ message: '503', offline: false }], 'image.unverifiable'],
  ])('has a code of its own: %j is %s', async (collectProblems, code) => {
    const policies = await policiesOf({
      project: ruleWith('signedBy: [{key: acme.pub}]'),
      files: { 'acme.pub': acme },
    });
    const decision = decide(inputOf(name, [], { collectProblems }), policies);
    expect(decision).toMatchObject({
      status: 'error',
      findings: [{ code, hint: expect.stringContaining('never taken') }],
    });
  });
});
