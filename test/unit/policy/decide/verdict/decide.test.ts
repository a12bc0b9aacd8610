import { describe, expect, it } from 'vitest';
import { decide } from '../../support/decide.ts';
import { byIdentity, byKey, digestOf, githubIssuer, githubRoot, inputOf, keyId } from '../../support/evidence.ts';
import { freshKey, policiesOf } from '../../support/policies.ts';

const acme = freshKey();
const other = freshKey();
const third = freshKey();
const name = 'registry.example.com/acme/app:1';
const files = { 'keys/acme.pub': acme, 'keys/other.pub': other, 'keys/third.pub': third };
const keyed =
  'version: 1\nrules:\n  - images: ["registry.example.com/acme/**"]\n    signedBy: [{key: keys/acme.pub}]\n';
const identity = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1';
const ruleWith = (fields: string, images = '"**"'): string =>
  `version: 1\nrules:\n  - images: [${images}]\n    ${fields}\n`;

describe('a rule with signedBy', () => {
  it('allows what the named key has signed', async () => {
    const decision = decide(inputOf(name, [byKey(acme)]), await policiesOf({ project: keyed, files }));
    expect(decision).toMatchObject({
      status: 'allow',
      basis: 'signature',
      verified: true,
      findings: [],
      satisfiedBy: [0],
      platformDigests: null,
    });
    expect(decision.decisions).toEqual([
      { layer: 'project', policy: 'docker-verify.yaml', rule: '1', line: 3, status: 'allow' },
    ]);
  });

  it('takes a bundle for a signature where its statement says that it is one', async () => {
    const bundle = byKey(acme, { form: 'cosign-bundle', predicateType: 'https://sigstore.dev/cosign/sign/v1' });
    const decision = decide(inputOf(name, [bundle]), await policiesOf({ project: keyed, files }));
    expect(decision).toMatchObject({ status: 'allow', basis: 'signature' });
  });

  const refusals: readonly [string, ReturnType<typeof byKey>[], string, string | RegExp][] = [
    ['nothing attached', [], 'signature.missing', 'no signature'],
    [
      'another key',
      [byKey(other)],
      'signature.identity-mismatch',
      new RegExp(`a signature by key \\(sha256:${keyId(other)}\\)`),
    ],
    [
      'a broken signature by the right key',
      [byKey(acme, { verified: false, problem: { code: 'invalid-signature', message: 'the bytes do not match' } })],
      'signature.invalid',
      /the bytes do not match/,
    ],
    [
      'an expired certificate',
      [byKey(acme, { verified: false, problem: { code: 'certificate-expired', message: 'expired' } })],
      'signature.certificate-expired',
      /expired/,
    ],
    [
      'no proven time',
      [byKey(acme, { verified: false, problem: { code: 'log-missing', message: 'no log' } })],
      'signature.log-missing',
      /no log/,
    ],
    [
      'an unknown key',
      [byKey(other, { verified: false, signer: null, problem: { code: 'unknown-signer', message: 'no key fits' } })],
      'signature.untrusted-key',
      /no key fits/,
    ],
    [
      'an attestation only',
      [byKey(acme, { form: 'attestation', predicateType: 'https://slsa.dev/provenance/v1' })],
      'signature.missing',
      /attestations, but no signature/,
    ],
    [
      'a bundle of an attestation posing as a signature',
      [byKey(acme, { form: 'cosign-bundle', predicateType: 'https://slsa.dev/provenance/v1' })],
      'signature.missing',
      /attestations/,
    ],
    [
      'a signature on another image',
      [byKey(acme, { subject: digestOf('another') })],
      'signature.missing',
      'no signature',
    ],
  ];
  it.each(refusals)('blocks %s', async (_, evidence, code, found) => {
    const decision = decide(inputOf(name, evidence), await policiesOf({ project: keyed, files }));
    expect(decision).toMatchObject({ status: 'block', basis: 'none', verified: false, satisfiedBy: [] });
    expect(decision.findings).toHaveLength(1);
    expect(decision.findings[0]).toMatchObject({ code, level: 'error' });
    expect(decision.findings[0]?.expected).toBe(`a signature by key acme (sha256:${keyId(acme)})`);
    expect(decision.findings[0]?.found).toMatch(found);
    expect(decision.findings[0]?.hint).not.toBeNull();
  });

  it.each(refusals)('warns of %s in warn mode, with the same finding', async (_, evidence, code) => {
    const decision = decide(inputOf(name, evidence), await policiesOf({ project: `mode: warn\n${keyed}`, files }));
    expect(decision).toMatchObject({ status: 'warn', basis: 'none', verified: false });
    expect(decision.findings[0]).toMatchObject({ code, level: 'error' });
  });

  it('is an error, never "unsigned", where attachments could not be had', async () => {
    const problems = { collectProblems: [{ message: 'the registry answered 503' }] };
    const policies = await policiesOf({ project: keyed, files });
    const decision = decide(inputOf(name, [], problems), policies);
    expect(decision.status).toBe('error');
    expect(decision.findings).toMatchObject([{ code: 'image.unverifiable', found: 'the registry answered 503' }]);
    expect(decide(inputOf(name, [byKey(acme)], problems), policies).status).toBe('allow');
    expect(
      decide(inputOf(name, [], problems), await policiesOf({ project: `mode: warn\n${keyed}`, files })).status,
    ).toBe('warn');
  });

  it('lets a good signature count beside broken and unrelated ones, in any order', async () => {
    const policies = await policiesOf({ project: keyed, files });
    const broken = byKey(acme, { verified: false, problem: { code: 'malformed', message: 'no' } });
    for (const evidence of [
      [broken, byKey(other), byKey(acme)],
      [byKey(acme), byKey(other), broken],
    ])
      expect(decide(inputOf(name, evidence), policies).status).toBe('allow');
  });

  it('insists on the log where the rule does', async () => {
    const policies = await policiesOf({ project: ruleWith('signedBy: [{key: keys/acme.pub, log: required}]'), files });
    expect(decide(inputOf(name, [byKey(acme)]), policies).status).toBe('allow');
    const without = decide(inputOf(name, [byKey(acme, { log: null, time: null, timeSource: null })]), policies);
    expect(without).toMatchObject({ status: 'block', findings: [{ code: 'signature.log-missing' }] });
    const logPassedOver = 'the key of the log that has it does not count now';
    const passedOver = byKey(acme, { log: null, time: null, timeSource: null, logPassedOver });
    expect(decide(inputOf(name, [passedOver]), policies)).toMatchObject({
      status: 'block',
      findings: [{ code: 'signature.log-missing', found: expect.stringContaining(logPassedOver) }],
    });
  });

  it('trusts no signer with an empty list', async () => {
    const policies = await policiesOf({ project: ruleWith('signedBy: []'), files });
    expect(decide(inputOf(name, [byKey(acme)]), policies)).toMatchObject({
      status: 'block',
      findings: [{ code: 'policy.denied' }],
    });
  });
});

describe('keyless', () => {
  const exact = ruleWith(`signedBy: [{keyless: {issuer: "${githubIssuer}", identity: "${identity}"}}]`);
  const expression = (text: string): string =>
    ruleWith(`signedBy: [{keyless: {issuer: "${githubIssuer}", identityRegexp: '${text}'}}]`);

  it.each([
    ['the exact identity', exact, byIdentity(identity), 'allow'],
    ['a longer identity', exact, byIdentity(`${identity}0`), 'block'],
    ['the identity inside another', exact, byIdentity(`https://evil.example.com/?${identity}`), 'block'],
    ['another issuer', exact, byIdentity(identity, {}, 'https://evil.example.com'), 'block'],
    [
      'another issuer with the same beginning',
      exact,
      byIdentity(identity, {}, `${githubIssuer}.evil.example.com`),
      'block',
    ],
    [
      "GitHub's own root, which the rule does not name",
      exact,
      byIdentity(identity, { trustedRoot: githubRoot }),
      'block',
    ],
    ['a root that is not declared', exact, byIdentity(identity, { trustedRoot: 'x' }), 'block'],
    ['no root', exact, byIdentity(identity, { trustedRoot: null }), 'block'],
    ['a matching expression', expression('https://github\\.com/acme/.*'), byIdentity(identity), 'allow'],
    ['a match of a part', expression('github\\.com/acme'), byIdentity(identity), 'block'],
    [
      'an expression that matches nothing (CVE-2025-29778)',
      expression('https://github\\.com/other/.*'),
      byIdentity(identity),
      'block',
    ],
    [
      'an alternative that would escape the anchors',
      expression('x|https://github\\.com/acme/.*'),
      byIdentity(`https://evil.example.com/${identity}`),
      'block',
    ],
    ['a line of several', expression('https://github\\.com/acme/.*'), byIdentity(`evil\n${identity}\nevil`), 'block'],
    [
      'an expression with inline flags',
      expression('(?m)^https://github\\.com/acme/[^\\n]*$'),
      byIdentity(`evil\n${identity}`),
      'block',
    ],
    ['an empty identity', expression('.*'), byIdentity(''), 'block'],
  ])('%s', async (_, project, evidence, status) => {
    expect(decide(inputOf(name, [evidence]), await policiesOf({ project })).status).toBe(status);
  });

  it('compares claims exactly, or as globs that stop at a slash (CVE-2026-48815)', async () => {
    const project = ruleWith(
      `signedBy: [{keyless: {issuer: "${githubIssuer}", identity: "${identity}"}, claims: {sourceRepository: acme/app, ref: "refs/tags/*", runner: github-hosted}}]`,
    );
    const policies = await policiesOf({ project });
    const claims = { sourceRepository: 'https://github.com/acme/app', ref: 'refs/tags/v1', runner: 'github-hosted' };
    const verdict = (changes: object) =>
      decide(inputOf(name, [byIdentity(identity, { claims: { ...claims, ...changes } })]), policies);
    expect(verdict({}).status).toBe('allow');
    for (const changes of [
      { sourceRepository: 'https://github.com/acme/app2' },
      { ref: 'refs/tags/a/b' },
      { ref: 'refs/heads/v1' },
      { runner: undefined },
      { runner: 'self-hosted' },
    ])
      expect(verdict(changes)).toMatchObject({ status: 'block', findings: [{ code: 'signature.claims-mismatch' }] });
  });

  it('lets a root that is named by itself count for the keyless entries beside it, and for none without it', async () => {
    const keyless = `{keyless: {issuer: "${githubIssuer}", identity: "${identity}"}}`;
    const files = { 'root.json': '{"mediaType": "a private root"}' };
    const declared = await policiesOf({ project: ruleWith(`signedBy: [${keyless}, {trustedRoot: root.json}]`), files });
    const [root] = declared.material.trustedRoots;
    const evidence = byIdentity(identity, { trustedRoot: root?.id ?? null, materials: [root?.id ?? ''] });
    expect(decide(inputOf(name, [evidence]), declared).status).toBe('allow');
    expect(
      decide(inputOf(name, [byIdentity('https://other', { trustedRoot: root?.id ?? null })]), declared).status,
    ).toBe('block');
    const silent = await policiesOf({ project: ruleWith(`signedBy: [${keyless}]`), files });
    expect(decide(inputOf(name, [evidence]), silent).status).toBe('block');
    await expect(
      policiesOf({ project: ruleWith('signedBy: [{trustedRoot: root.json}]'), files }),
    ).rejects.toMatchObject({ code: 'policy.invalid' });
  });

  it("takes GitHub's own root only where the rule says so", async () => {
    const project = ruleWith(
      `signedBy: [{keyless: {issuer: "${githubIssuer}", identity: "${identity}"}, trustedRoot: github}]`,
    );
    const policies = await policiesOf({ project });
    expect(decide(inputOf(name, [byIdentity(identity, { trustedRoot: githubRoot })]), policies).status).toBe('allow');
    expect(decide(inputOf(name, [byIdentity(identity)]), policies)).toMatchObject({
      status: 'block',
      findings: [{ code: 'signature.untrusted-key' }],
    });
  });
});

describe('threshold', () => {
  const two = ruleWith(
    'threshold: 2\n    signedBy: [{key: keys/acme.pub}, {key: keys/other.pub}, {key: keys/third.pub}]',
  );

  it.each([
    ['two of three', [byKey(acme), byKey(third)], 'allow', []],
    ['one of three', [byKey(acme)], 'block', ['signature.threshold']],
    ['one twice', [byKey(acme), byKey(acme, { manifest: digestOf('second') })], 'block', ['signature.threshold']],
    ['all', [byKey(acme), byKey(other), byKey(third)], 'allow', []],
  ])('%s', async (_, evidence, status, codes) => {
    const decision = decide(inputOf(name, evidence), await policiesOf({ project: two, files }));
    expect(decision.status).toBe(status);
    expect(decision.findings.map((finding) => finding.code)).toEqual(codes);
  });

  it('counts a signer once, even where it satisfies two entries', async () => {
    const project = ruleWith(
      `threshold: 2\n    signedBy: [{keyless: {issuer: "${githubIssuer}", identity: "${identity}"}}, {keyless: {issuer: "${githubIssuer}", identityRegexp: '.*'}}]`,
    );
    const policies = await policiesOf({ project });
    expect(decide(inputOf(name, [byIdentity(identity), byIdentity(identity)]), policies).status).toBe('block');
    expect(decide(inputOf(name, [byIdentity('https://github.com/x'), byIdentity(identity)]), policies).status).toBe(
      'allow',
    );
  });
});
