import { describe, expect, it } from 'vitest';
import type { Evidence, ProblemCode } from '../../../../src/model/index.ts';
import type { JudgedImage } from '../../../../src/policy/index.ts';
import { byIdentity, byKey, digestOf, githubIssuer, inputOf } from '../support/evidence.ts';
import { acme, name, other, rule, signed, verdict } from '../support/verdict.ts';

const me = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1';
const keyless = (fields = ''): string => `keyless: {issuer: "${githubIssuer}", identity: "${me}"}${fields}`;
const byMe = rule(`signedBy: [{${keyless()}}]`);
const many = Array.from({ length: 7 }, (_, index) => `{keyless: {issuer: "https://i", identity: "signer ${index}"}}`);
const untrusted = (index: number, changes: Partial<Evidence> = {}) =>
  byIdentity(`untrusted ${index}`, changes, 'https://i');
const broken = (code: ProblemCode, changes: Partial<Evidence> = {}) =>
  byKey(acme, { verified: false, problem: { code, message: `because of ${code}` }, materials: [], ...changes });
const two = [
  { platform: 'linux/amd64', digest: digestOf('amd64') },
  { platform: 'linux/arm64', digest: digestOf('arm64') },
];

interface Case {
  readonly policy: string;
  readonly evidence?: readonly Evidence[];
  readonly image?: Partial<JudgedImage>;
  readonly problems?: readonly string[];
  readonly name?: string;
  readonly status: string;
  readonly code: string | null;
}

describe('what is reported of a signature that does not satisfy a rule', () => {
  it.each<[string, Case]>([
    ['a rule that trusts no signer', { policy: rule('signedBy: []'), status: 'block', code: 'policy.denied' }],
    ['nothing attached', { policy: byMe, status: 'block', code: 'signature.missing' }],
    [
      'attestations alone, of which one does not verify',
      {
        policy: byMe,
        evidence: [
          byIdentity(me, { form: 'attestation', predicateType: 'https://slsa.dev/provenance/v1' }),
          byIdentity(me, { form: 'attestation', predicateType: 'https://spdx.dev/Document', verified: false }),
        ],
        status: 'block',
        code: 'signature.missing',
      },
    ],
    [
      'attestations that do not verify',
      {
        policy: byMe,
        evidence: [byIdentity(me, { form: 'attestation', predicateType: 'https://x', verified: false })],
        status: 'block',
        code: 'signature.missing',
      },
    ],
    [
      'an attestation of another image',
      {
        policy: byMe,
        evidence: [byIdentity(me, { form: 'attestation', predicateType: 'https://x', subject: digestOf('elsewhere') })],
        status: 'block',
        code: 'signature.missing',
      },
    ],
    [
      'six untrusted signers',
      {
        policy: rule(`signedBy: [${many.join(', ')}]`),
        evidence: [6, 5, 4, 3, 2, 1, 1].map((index) => untrusted(index)),
        status: 'block',
        code: 'signature.identity-mismatch',
      },
    ],
    [
      'five untrusted signers, and five who are trusted',
      {
        policy: rule(`signedBy: [${many.slice(0, 5).join(', ')}]`),
        evidence: [5, 4, 3, 2, 1].map((index) => untrusted(index)),
        status: 'block',
        code: 'signature.identity-mismatch',
      },
    ],
    [
      'untrusted signers beside a signature that does not verify',
      {
        policy: byMe,
        evidence: [untrusted(1), untrusted(2, { verified: false, problem: { code: 'malformed', message: 'broken' } })],
        status: 'block',
        code: 'signature.identity-mismatch',
      },
    ],
    [
      'the right identity by another issuer',
      {
        policy: byMe,
        evidence: [byIdentity(me, {}, 'https://evil')],
        status: 'block',
        code: 'signature.identity-mismatch',
      },
    ],
    [
      'the right identity under another root',
      {
        policy: byMe,
        evidence: [byIdentity(me, { trustedRoot: 'x' })],
        status: 'block',
        code: 'signature.untrusted-key',
      },
    ],
    [
      'the right identity with other claims',
      {
        policy: rule(`signedBy: [{${keyless(', claims: {ref: "refs/tags/*", runner: github-hosted}')}}]`),
        evidence: [byIdentity(me, { claims: { runner: 'self-hosted', ref: 'refs/tags/v1' } })],
        status: 'block',
        code: 'signature.claims-mismatch',
      },
    ],
    [
      'the right identity without claims',
      {
        policy: rule(`signedBy: [{${keyless(', claims: {ref: "refs/tags/*"}')}}]`),
        evidence: [byIdentity(me)],
        status: 'block',
        code: 'signature.claims-mismatch',
      },
    ],
    [
      'the right identity without a log, nearer than one with other claims',
      {
        policy: rule(`signedBy: [{${keyless(', claims: {ref: "refs/tags/*"}, log: required')}}]`),
        evidence: [byIdentity(me), byIdentity(me, { log: null, claims: { ref: 'refs/tags/v1' } })],
        status: 'block',
        code: 'signature.log-missing',
      },
    ],
    [
      'the right key without a log',
      {
        policy: rule('signedBy: [{key: acme.pub, log: required}]'),
        evidence: [byKey(acme, { log: null })],
        status: 'block',
        code: 'signature.log-missing',
      },
    ],
    [
      'the right key with a log that is not trusted',
      {
        policy: rule('signedBy: [{key: acme.pub, log: required}]'),
        evidence: [byKey(acme, { trustedRoot: 'x', materials: [] })],
        status: 'block',
        code: 'signature.log-missing',
      },
    ],
    [
      'one of two signers',
      {
        policy: rule('signedBy: [{key: acme.pub}, {key: other.pub}]\n    threshold: 2'),
        evidence: [byKey(acme)],
        status: 'block',
        code: 'signature.threshold',
      },
    ],
    [
      'none of two signers',
      {
        policy: rule('signedBy: [{key: acme.pub}, {key: other.pub}]\n    threshold: 2'),
        evidence: [untrusted(1)],
        status: 'block',
        code: 'signature.identity-mismatch',
      },
    ],
    [
      'one platform of two',
      {
        policy: signed(''),
        evidence: [byKey(acme, { subject: digestOf('arm64') })],
        image: { platforms: two },
        status: 'block',
        code: 'signature.platform-uncovered',
      },
    ],
    [
      'both platforms, each by itself',
      {
        policy: signed(''),
        evidence: [byKey(acme, { subject: digestOf('arm64') }), byKey(acme, { subject: digestOf('amd64') })],
        image: { platforms: two },
        status: 'allow',
        code: null,
      },
    ],
    [
      'an untrusted signer where not all could be seen',
      {
        policy: byMe,
        evidence: [untrusted(1)],
        problems: ['b', 'a', 'b'],
        status: 'error',
        code: 'image.unverifiable',
      },
    ],
    [
      'nothing where not all could be seen, for many reasons',
      { policy: byMe, problems: ['6', '5', '4', '3', '2', '1'], status: 'error', code: 'image.unverifiable' },
    ],
    [
      'nothing where a rule trusts no signer and not all could be seen',
      { policy: rule('signedBy: []'), problems: ['503'], status: 'block', code: 'policy.denied' },
    ],
    [
      'evidence that no rule asks for',
      { policy: 'version: 1\ndefault: deny\n', evidence: [byKey(acme)], status: 'block', code: 'policy.default' },
    ],
    [
      'evidence that no rule asks for, some of it broken',
      {
        policy: 'version: 1\ndefault: deny\n',
        evidence: [byKey(acme), byKey(other), broken('malformed')],
        status: 'block',
        code: 'policy.default',
      },
    ],
    [
      'nothing that could all be seen, and no rule',
      { policy: 'version: 1\ndefault: warn\n', problems: ['503'], status: 'warn', code: 'policy.default' },
    ],
    [
      'a copy',
      {
        policy: signed('sameRepository: deny'),
        evidence: [
          byKey(acme, { repository: 'z.example.com/x' }),
          byKey(acme, { repository: 'b.example.com/x' }),
          byKey(acme, { repository: 'b.example.com/x' }),
        ],
        status: 'block',
        code: 'signature.copied',
      },
    ],
  ])('%s', async (_, { policy, evidence = [], image: changes = {}, problems = [], status, code, name: written }) => {
    const collectProblems = problems.map((message) => ({ message }));
    const found = await verdict(policy, inputOf(written ?? name, evidence, { image: changes, collectProblems }));
    expect([found.status, found.codes[0] ?? null]).toEqual([status, code]);
  });

  const problems: readonly ProblemCode[] = [
    'certificate-expired',
    'expired',
    'log-missing',
    'unknown-signer',
    'invalid-signature',
    'malformed',
  ];
  it.each(problems)('a signature whose problem is %s, with the signer that it claims or with none', async (problem) => {
    const messages: unknown[] = [];
    for (const changes of [{}, { signer: null }, { signer: byIdentity(me).signer }]) {
      const { decision } = await verdict(signed(''), inputOf(name, [broken(problem, changes)]));
      messages.push(decision.findings[0]?.found);
    }
    expect(messages[1]).toBe(`because of ${problem}`);
    expect(messages[2]).toContain(me);
  });

  it('a keyless signature under an unknown authority has no unknown key', async () => {
    const message = 'its certificate was issued by an unknown authority';
    const problem = { code: 'unknown-signer', message } as const;
    const keylessPiece = byIdentity(me, { verified: false, problem, materials: [] });
    const { decision, codes } = await verdict(byMe, inputOf(name, [keylessPiece]));
    expect(codes).toEqual(['signature.untrusted-key']);
    const [finding] = decision.findings;
    expect(finding?.message).toBe('it is signed under an authority that no trusted root holds');
    expect(finding?.hint).toContain('--verify-trusted-root FILE');
    expect(`${finding?.message} ${finding?.hint}`).not.toContain('key,');
    const passedOver = byIdentity(me, { verified: false, problem: { code: 'passed-over', message }, materials: [] });
    const other = await verdict(byMe, inputOf(name, [passedOver]));
    expect(other.decision.findings[0]?.message).not.toContain('trusted root');
  });

  it('a signature that says the key in its problem is not reported twice', async () => {
    const sha256 = (byKey(acme).signer as { readonly sha256: string }).sha256; // a key's signer has one
    const piece = broken('unknown-signer', { problem: { code: 'unknown-signer', message: `by ${sha256}` } });
    expect((await verdict(signed(''), inputOf(name, [piece]))).decision.findings[0]?.found).toBe(`by ${sha256}`);
  });

  it('what claims to be by a trusted signer is nearer than what does not, whatever their order', async () => {
    const claimed = broken('certificate-expired');
    const unclaimed = broken('malformed', { signer: byKey(other).signer });
    for (const evidence of [
      [claimed, unclaimed],
      [unclaimed, claimed],
    ]) {
      expect((await verdict(signed(''), inputOf(name, evidence))).codes).toEqual(['signature.certificate-expired']);
    }
  });
});
