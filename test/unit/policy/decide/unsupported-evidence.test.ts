import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../src/model/index.ts';
import { decide } from '../../../../src/policy/index.ts';
import { byIdentity, inputOf } from '../support/evidence.ts';
import { policiesOf } from '../support/policies.ts';

const name = 'registry.example.com/acme/app:1';
const identity = 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main';
const issuer = 'https://token.actions.githubusercontent.com';
const signedBy = `signedBy: [{keyless: {issuer: "${issuer}", identity: "${identity}"}}]`;
const signed = `version: 1\nrules:\n  - images: ["**"]\n    ${signedBy}\n`;
const attested = `version: 1\nrules:\n  - images: ["**"]\n    require: {attestations: [{type: sbom, ${signedBy}}]}\n`;

const problem = { code: 'unsupported', message: 'its certificate has the critical extension 1.2.3.4' } as const;
const open = (changes: Partial<Evidence> = {}): Evidence => ({
  ...byIdentity(identity),
  verified: false,
  problem,
  materials: [],
  trustedRoot: null,
  ...changes,
});
const untrusted = { kind: 'keyless', identity: 'mallory@example.test', issuer } as const;

describe('a signature that cannot be evaluated', () => {
  it.each([
    ['of the signer whom the rule names', open(), 'error', 'signature.unsupported'],
    ['of an unknown signer', open({ signer: null }), 'error', 'signature.unsupported'],
    ['of somebody else', open({ signer: untrusted }), 'block', 'signature.unsupported'],
    ['that is broken', open({ problem: { ...problem, code: 'malformed' } }), 'block', 'signature.invalid'],
  ])('%s is no refusal that is known where it may count: %#', async (_name, piece, status, code) => {
    const decision = decide(inputOf(name, [piece]), await policiesOf({ project: signed }));
    expect(decision).toMatchObject({ status, verified: false, findings: [{ code }] });
    expect(decision.findings[0]?.found).toContain(problem.message);
  });

  it('hides no good one', async () => {
    const good = byIdentity(identity);
    const decision = decide(inputOf(name, [open(), good]), await policiesOf({ project: signed }));
    expect(decision).toMatchObject({ status: 'allow', verified: true });
  });

  it('is reported beside what else could not be seen', async () => {
    const input = { ...inputOf(name, [open()]), collectProblems: [{ message: 'the registry answers 503' }] };
    const decision = decide(input, await policiesOf({ project: signed }));
    expect(decision).toMatchObject({ status: 'error', findings: [{ code: 'image.unverifiable' }] });
    expect(decision.findings[0]?.found).toContain(`the registry answers 503; ${problem.message}`);
  });

  it('is no refusal that is known as an attestation either', async () => {
    const sbom = { form: 'attestation', predicateType: 'https://spdx.dev/Document' } as const;
    const policies = await policiesOf({ project: attested });
    const status = (piece: Evidence) => decide(inputOf(name, [piece]), policies).status;
    expect(status(open(sbom))).toBe('error');
    expect(status(open({ ...sbom, signer: untrusted }))).toBe('block');
  });
});
