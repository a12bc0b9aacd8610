import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../src/model/index.ts';
import { decide, type PolicySet } from '../../../../src/policy/index.ts';
import { certify } from '../../signature/certificates/test-certificates.ts';
import { byIdentity, byKey, githubIssuer, inputOf } from '../support/evidence.ts';
import { freshKey, policiesOf } from '../support/policies.ts';

const name = 'registry.example.com/acme/app:1';
const release = 'release@acme.example';
const [root, between, tsa] = await Promise.all(
  ['root', 'between', 'tsa'].map((word) => certify({ subject: `CN=${word}`, isAuthority: true }, null, null)),
);
const files = { 'root.pem': root?.pem ?? '', 'between.pem': between?.pem ?? '', 'tsa.pem': tsa?.pem ?? '' };

async function policyWith(fields: string, beside = ''): Promise<PolicySet> {
  const rule = `signedBy: [{certificate: {ca: root.pem, ${fields}}${beside}}]`;
  return await policiesOf({ project: `version: 1\nrules:\n  - images: ["**"]\n    ${rule}\n`, files });
}

function idOf(policies: PolicySet, purpose: string): string {
  return policies.material.certificates.find((certificate) => certificate.purpose === purpose)?.id ?? '';
}

/** A signature under the authority that the policy names, by the signer that the changes name. */
function under(policies: PolicySet, changes: Partial<Evidence> = {}, clock: string | null = null): Evidence {
  const timeless = clock === null ? { time: null, timeSource: null, log: null } : { timeSource: 'timestamp' as const };
  return {
    ...byIdentity(''),
    signer: { kind: 'certificate', subject: 'CN=release,O=acme' },
    certificate: { subject: 'CN=release,O=acme', names: ['other@acme.example', release], issuer: null },
    trustedRoot: null,
    log: null,
    ...timeless,
    materials: [idOf(policies, 'keyless'), ...(clock === null ? [] : [clock])],
    ...changes,
  };
}

const issued = { subject: 'CN=release,O=acme', names: [release], issuer: githubIssuer };

describe('a certificate of an authority of its own', () => {
  it.each<[string, string, string, Partial<Evidence>, string, readonly string[]]>([
    ['for one of its names', `identity: ${release}`, '', {}, 'allow', []],
    ['for another name', 'identity: release@acme', '', {}, 'block', ['signature.identity-mismatch']],
    ['for an expression', 'identityRegexp: ".*@acme\\\\.example"', '', {}, 'allow', []],
    ['for a part of an expression', 'identityRegexp: "acme"', '', {}, 'block', ['signature.identity-mismatch']],
    ['for its subject', 'subject: "CN=release,O=acme"', '', {}, 'allow', []],
    ['for another subject', 'subject: "CN=release"', '', {}, 'block', ['signature.identity-mismatch']],
    ['of an issuer', `identity: ${release}, issuer: "${githubIssuer}"`, '', { certificate: issued }, 'allow', []],
    [
      'of an issuer that is not asked for',
      `identity: ${release}`,
      '',
      { certificate: issued },
      'block',
      ['signature.claims-mismatch'],
    ],
    [
      'under another authority',
      `identity: ${release}`,
      '',
      { materials: ['00'] },
      'block',
      ['signature.untrusted-key'],
    ],
    [
      'without the log that is asked for',
      `identity: ${release}`,
      ', log: required',
      {},
      'block',
      ['signature.log-missing'],
    ],
    [
      'without the time that is asked for',
      `identity: ${release}, timestamp: required`,
      '',
      {},
      'block',
      ['signature.log-missing'],
    ],
    [
      'that may be revoked',
      `identity: ${release}`,
      '',
      { revocationUnknown: 'silent' },
      'error',
      ['image.unverifiable'],
    ],
    [
      'that may be revoked, with a warning',
      `identity: ${release}, revocation: warn`,
      '',
      { revocationUnknown: 'silent' },
      'warn',
      ['image.unverifiable'],
    ],
    ['that did not verify', `identity: ${release}`, '', { verified: false }, 'block', ['signature.invalid']],
    [
      'by Notation',
      'subject: "CN=release,O=acme"',
      '',
      { form: 'notation', certificate: undefined } as object,
      'block',
      ['signature.identity-mismatch'],
    ],
  ])('%s', async (_name, fields, beside, changes, status, codes) => {
    const policies = await policyWith(fields, beside);
    const decision = decide(inputOf(name, [under(policies, changes)]), policies);
    expect({ status: decision.status, codes: decision.findings.map(({ code }) => code) }).toEqual({ status, codes });
    expect(decision.verified).toBe(status === 'allow' || status === 'warn');
  });

  it.each([
    ['of public Sigstore', 'public-root', 'allow'],
    ['of the entry', 'tsa', 'allow'],
    ['of somebody else', 'a-later-root', 'block'],
  ])('with a time %s', async (_name, clock, status) => {
    const policies = await policyWith(`identity: ${release}, tsa: tsa.pem, timestamp: required`);
    const used = clock === 'tsa' ? idOf(policies, 'timestamp') : clock;
    expect(decide(inputOf(name, [under(policies, {}, used)]), policies).status).toBe(status);
  });

  it('is neither a keyless signer nor one of Notation nor a key, whatever it is called and timed by', async () => {
    const own = await policyWith(`identity: ${release}`);
    const posing = under(
      own,
      { certificate: issued, signer: { kind: 'certificate', subject: 'CN=release,O=acme' } },
      'public-root',
    );
    const rules = [
      `{keyless: {issuer: "${githubIssuer}", identity: "${release}"}}`,
      '{notation: {subject: "CN=release,O=acme", ca: root.pem}}',
      '{key: acme.pub}',
    ];
    for (const rule of rules) {
      const project = `version: 1\nrules:\n  - images: ["**"]\n    signedBy: [${rule}]\n`;
      const policies = await policiesOf({ project, files: { ...files, 'acme.pub': freshKey() } });
      expect(decide(inputOf(name, [posing]), policies).status).toBe('block');
    }
    // nor are those one of it
    const others = [byIdentity(release, { materials: [idOf(own, 'keyless')] }), byKey(freshKey())];
    for (const piece of others) expect(decide(inputOf(name, [piece]), own).status).toBe('block');
  });

  it('between others is other material than without them', async () => {
    const [alone, with_] = [
      await policyWith(`identity: ${release}`),
      await policyWith(`intermediates: between.pem, identity: ${release}`),
    ];
    expect(idOf(alone, 'keyless')).not.toBe(idOf(with_, 'keyless'));
    expect(decide(inputOf(name, [under(alone)]), with_).status).toBe('block');
    expect(with_.material.certificates).toContainEqual(
      expect.objectContaining({ intermediates: expect.stringContaining('BEGIN CERTIFICATE') }),
    );
  });

  it.each([
    ['identity: a, subject: "CN=a"', 'say exactly one of identity, identityRegexp and subject'],
    ['issuer: "https://a"', 'say exactly one of identity, identityRegexp and subject'],
    ['identity: a, tsa: gone.pem', 'gone.pem'],
    ['identity: a, intermediates: gone.pem', 'gone.pem'],
  ])('is asked for plainly: %s is refused', async (fields, message) => {
    await expect(policyWith(fields)).rejects.toThrow(message);
  });
});
