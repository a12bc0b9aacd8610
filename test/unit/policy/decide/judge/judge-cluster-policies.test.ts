import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/model/index.ts';
import { decide } from '../../support/decide.ts';
import { byIdentity, byKey, digestOf, githubIssuer, inputOf } from '../../support/evidence.ts';
import { freshKey, policiesOf } from '../../support/policies.ts';

const key = freshKey();
const other = freshKey();
const name = 'ghcr.io/acme/app:1';
const identity = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1';
const cip = (fields: object, authorities: readonly object[]): string =>
  JSON.stringify({
    apiVersion: 'policy.sigstore.dev/v1beta1',
    kind: 'ClusterImagePolicy',
    metadata: { name: 'acme' },
    spec: { images: [{ glob: 'ghcr.io/acme/**' }], authorities, ...fields },
  });
const keyed = { key: { data: key } };
const keyless = { keyless: { identities: [{ issuer: githubIssuer, subjectRegExp: 'github.com/acme' }] } };
const attested = (policy?: object) => ({
  ...keyed,
  attestations: [{ name: 'a', predicateType: 'vuln', ...(policy === undefined ? {} : { policy }) }],
});
const vuln = (data: string): Evidence =>
  byKey(key, {
    form: 'attestation',
    predicateType: 'https://cosign.sigstore.dev/attestation/vuln/v1',
    statement: { predicate: { Data: data } },
  });
const cue = (data: string) => ({ type: 'cue', data });

async function verdict(evidence: readonly Evidence[], ...texts: readonly string[]) {
  return verdictOn(inputOf(name, evidence), ...texts);
}

async function verdictOn(input: ReturnType<typeof inputOf>, ...texts: readonly string[]) {
  const files = Object.fromEntries(texts.map((text, index) => [`cluster/${index}.yaml`, text]));
  const policies = await policiesOf({
    project: 'version: 1\nclusterImagePolicies: ["cluster/*.yaml"]\ndefault: deny\n',
    files,
  });
  return decide(input, policies);
}

describe('a ClusterImagePolicy', () => {
  it('says that a bundle by the right key is not read, and so of no other signature', async () => {
    const hint = async (piece: Evidence) => {
      const decision = await verdict([piece], cip({}, [keyed]));
      expect(decision.status).toBe('block');
      return decision.findings[0]?.hint;
    };
    expect(await hint(byKey(key, { form: 'cosign-bundle' }))).toMatch(/^its key is the right one, but/);
    expect(await hint(byKey(other, { form: 'cosign-bundle' }))).toMatch(/^compare the authorities/);
    expect(await hint(byKey(other))).toMatch(/^compare the authorities/);
    expect(await hint(byIdentity(identity, { form: 'cosign-bundle' }))).toMatch(/signatureFormat: bundle$/);
  });

  it.each<[string, readonly Evidence[], string, string, string[]]>([
    ['passes a signature by its key', [byKey(key)], cip({}, [keyed]), 'allow', []],
    ['refuses one by another key', [byKey(other)], cip({}, [keyed]), 'block', ['signature.identity-mismatch']],
    ['refuses an unsigned image', [], cip({}, [keyed]), 'block', ['signature.missing']],
    ['passes where any authority does', [byKey(key)], cip({}, [{ key: { data: other } }, keyed]), 'allow', []],
    ['does not anchor expressions, like the controller', [byIdentity(identity)], cip({}, [keyless]), 'allow', []],
    [
      'compares the issuer',
      [byIdentity(identity, {}, 'https://evil.example.com')],
      cip({}, [keyless]),
      'block',
      ['signature.identity-mismatch'],
    ],
    ['warns in its own warn mode', [], cip({ mode: 'warn' }, [keyed]), 'warn', ['signature.missing']],
    ['passes by static: pass', [], cip({}, [{ static: { action: 'pass' } }]), 'allow', []],
    [
      'refuses by static: fail',
      [byKey(key)],
      cip({}, [{ static: { action: 'fail', message: 'no' } }]),
      'block',
      ['policy.denied'],
    ],
    [
      'asks for a log where ctlog is there',
      [byKey(key, { log: null })],
      cip({}, [{ ...keyed, ctlog: { url: 'https://rekor.sigstore.dev' } }]),
      'block',
      ['signature.identity-mismatch'],
    ],
    ['asks for no log by key otherwise', [byKey(key, { log: null })], cip({}, [keyed]), 'allow', []],
    [
      'reads no bundles unless the policy says so',
      [byIdentity(identity, { form: 'cosign-bundle' })],
      cip({}, [keyless]),
      'block',
      ['signature.identity-mismatch'],
    ],
    [
      'reads bundles where the policy says so',
      [byIdentity(identity, { form: 'cosign-bundle' })],
      cip({}, [{ ...keyless, signatureFormat: 'bundle' }]),
      'allow',
      [],
    ],
    [
      'looks at attestations only, where it lists them',
      [byKey(key)],
      cip({}, [attested()]),
      'block',
      ['signature.identity-mismatch'],
    ],
    ['passes an attestation that it lists', [vuln('x')], cip({}, [attested()]), 'allow', []],
    ['passes one whose statement unifies', [vuln('x')], cip({}, [attested(cue('predicate: Data: "x"'))]), 'allow', []],
    [
      'refuses one whose statement does not',
      [vuln('x')],
      cip({}, [attested(cue('predicate: Data: "y"'))]),
      'block',
      ['signature.identity-mismatch'],
    ],
    [
      'cannot evaluate Rego',
      [vuln('x')],
      cip({}, [attested({ type: 'rego', data: 'package x' })]),
      'error',
      ['policy.unsupported'],
    ],
    [
      'cannot evaluate the rest of CUE',
      [vuln('x')],
      cip({}, [attested(cue('import "time"'))]),
      'error',
      ['policy.unsupported'],
    ],
    [
      'cannot evaluate a key store',
      [byKey(key)],
      cip({}, [{ key: { kms: 'hashivault://x' } }]),
      'error',
      ['policy.unsupported'],
    ],
    [
      'passes where another authority can be evaluated',
      [byKey(key)],
      cip({}, [{ key: { kms: 'hashivault://x' } }, keyed]),
      'allow',
      [],
    ],
    [
      'cannot evaluate spec.policy, though an authority passes',
      [byKey(key)],
      cip({ policy: cue('x: 1') }, [keyed]),
      'error',
      ['policy.unsupported'],
    ],
    [
      'cannot evaluate a TrustRoot that is not there',
      [byIdentity(identity)],
      cip({}, [{ keyless: { ...keyless.keyless, trustRootRef: 'x' } }]),
      'error',
      ['policy.unsupported'],
    ],
  ])('%s', async (_, evidence, text, status, codes) => {
    const decision = await verdict(evidence, text);
    expect(decision.status).toBe(status);
    expect(decision.findings.map(({ code }) => code)).toEqual(codes);
    expect(decision.decisions).toMatchObject([{ layer: 'project', policy: 'cluster/0.yaml', rule: 'acme', status }]);
  });

  it('names the field that it cannot evaluate', async () => {
    const decision = await verdict([], cip({}, [keyed, { key: { secretRef: { name: 'x' } } }]));
    expect(decision.findings[0]?.found).toContain('spec.authorities[1].key.secretRef');
  });

  it('has to pass beside every other that matches', async () => {
    expect((await verdict([byKey(key)], cip({}, [keyed]), cip({}, [{ key: { data: other } }]))).status).toBe('block');
    expect(
      (await verdict([byKey(key), byKey(other)], cip({}, [keyed]), cip({}, [{ key: { data: other } }]))).status,
    ).toBe('allow');
  });

  it('leaves an image that it does not match to the default', async () => {
    const decision = await verdict([byKey(key)], cip({ images: [{ glob: 'ghcr.io/other/**' }] }, [keyed]));
    expect(decision).toMatchObject({ status: 'block', findings: [{ code: 'policy.default' }] });
  });

  it('calls nothing verified that only static: pass lets in', async () => {
    expect(await verdict([], cip({}, [{ static: { action: 'pass' } }]))).toMatchObject({
      status: 'allow',
      verified: false,
    });
    expect(await verdict([byKey(key)], cip({}, [keyed]))).toMatchObject({
      status: 'allow',
      basis: 'signature',
      verified: true,
    });
    expect(await verdict([vuln('x')], cip({}, [attested()]))).toMatchObject({
      status: 'allow',
      basis: 'attestation',
      verified: true,
    });
  });
});

describe('a failure of a ClusterImagePolicy', () => {
  it('is not sure where attachments could not be seen, unless an authority passes', async () => {
    const problems = ['b', 'a', 'b', 'c', 'd', 'e', 'f'].map((message) => ({ message }));
    const partly = inputOf(name, [byKey(other)], { collectProblems: problems });
    expect(await verdictOn(partly, cip({}, [keyed]))).toMatchObject({
      status: 'error',
      findings: [{ code: 'image.unverifiable', found: 'a; b; c; d; e' }],
    });
    const seen = inputOf(name, [byKey(key)], { collectProblems: problems });
    expect(await verdictOn(seen, cip({}, [keyed]))).toMatchObject({ status: 'allow', findings: [] });
    expect(await verdictOn(partly, cip({ mode: 'warn' }, [keyed]))).toMatchObject({ status: 'warn' });
  });

  it('names at most five fields that cannot be evaluated', async () => {
    const stored = Array.from({ length: 7 }, () => ({ key: { kms: 'hashivault://x' } }));
    const [finding] = (await verdict([], cip({}, stored))).findings;
    expect(finding?.found?.split(', ').map((field) => field.replace(/ .*/, ''))).toEqual(
      [0, 1, 2, 3, 4].map((index) => `spec.authorities[${index}].key.kms`),
    );
  });

  it('says what every static authority says, where there are no others', async () => {
    const fail = (message?: string) => ({ static: { action: 'fail', ...(message === undefined ? {} : { message }) } });
    expect((await verdict([], cip({}, [fail('no'), fail()]))).findings).toMatchObject([
      { code: 'policy.denied', found: 'no; static: fail' },
    ]);
    expect((await verdict([], cip({}, [fail('no'), keyed]))).findings).toMatchObject([{ code: 'signature.missing' }]);
  });

  it('tells evidence that does not verify from none, and from that of others', async () => {
    const problem = { code: 'invalid-signature', message: 'it does not fit' } as const;
    const broken = byKey(key, { verified: false, problem });
    const found = async (...evidence: readonly Evidence[]) => (await verdict(evidence, cip({}, [keyed]))).findings;
    expect(await found(broken)).toMatchObject([{ code: 'signature.invalid', found: 'evidence that does not verify' }]);
    expect(await found(byKey(key, { subject: digestOf('elsewhere') }))).toMatchObject([
      { code: 'signature.missing', found: 'no signature' },
    ]);
    expect(await found(byKey(other), broken)).toMatchObject([{ code: 'signature.identity-mismatch' }]);
    expect(await found(byKey(key, { signer: null }))).toMatchObject([
      { code: 'signature.identity-mismatch', found: 'a signature by an unknown signer' },
    ]);
  });
});

describe('platforms under a ClusterImagePolicy', () => {
  const platforms = ['amd64', 'arm64'].map((word) => ({ platform: `linux/${word}`, digest: digestOf(word) }));
  const [amd64, arm64] = [digestOf('amd64'), digestOf('arm64')];
  const on = (evidence: readonly Evidence[]) => inputOf(name, evidence, { image: { platforms } });

  it('pass each with a signature of its own, and not where one has none', async () => {
    const each = [byKey(key, { subject: amd64 }), byKey(key, { subject: arm64 })];
    const whole = await verdictOn(on([byKey(key)]), cip({}, [keyed]));
    expect(whole).toMatchObject({ status: 'allow', platformDigests: null });
    const apart = await verdictOn(on(each), cip({}, [keyed]));
    expect(apart).toMatchObject({ status: 'allow', platformDigests: [amd64, arm64] });
    expect((await verdictOn(on(each.slice(1)), cip({}, [keyed]))).status).toBe('block');
  });

  it('pass by attestations that cover the whole, or each of them', async () => {
    const second = (changes: Partial<Evidence>) => ({
      ...vuln('x'),
      predicateType: 'https://spdx.dev/Document',
      ...changes,
    });
    const both = {
      ...keyed,
      attestations: [
        { name: 'a', predicateType: 'vuln' },
        { name: 'b', predicateType: 'spdx' },
      ],
    };
    const apart = [second({ subject: amd64 }), second({ subject: arm64 })];
    expect(await verdictOn(on([vuln('x'), second({})]), cip({}, [both]))).toMatchObject({
      status: 'allow',
      basis: 'attestation',
      platformDigests: null,
    });
    expect(await verdictOn(on([vuln('x'), ...apart]), cip({}, [both]))).toMatchObject({
      status: 'allow',
      platformDigests: [amd64, arm64],
    });
    expect((await verdictOn(on([vuln('x'), ...apart.slice(1)]), cip({}, [both]))).status).toBe('block');
    expect((await verdictOn(on([vuln('x')]), cip({}, [both]))).status).toBe('block');
  });
});

describe('evidence under a ClusterImagePolicy', () => {
  const logged = { ...keyed, ctlog: {} };
  it.each<[string, Evidence, object, string]>([
    ['a key whose log a trusted root proves passes', byKey(key), logged, 'allow'],
    ['a key without a proven log entry does not', byKey(key, { trustedRoot: 'x', materials: ['x'] }), logged, 'block'],
    ['a key does not pass for an identity', byKey(key), keyless, 'block'],
    ['an identity does not pass for a key', byIdentity(identity), keyed, 'block'],
    ['an identity under an unknown root does not pass', byIdentity(identity, { trustedRoot: 'x' }), keyless, 'block'],
    [
      'an identity under a root among its materials passes',
      byIdentity(identity, { trustedRoot: null, materials: ['public-root'] }),
      keyless,
      'allow',
    ],
    ['another identity does not pass', byIdentity('https://gitlab.com/acme'), keyless, 'block'],
    ["BuildKit's own attestation does not pass", { ...vuln('x'), form: 'buildkit-attestation' }, attested(), 'block'],
    ['an attestation of another type does not pass', { ...vuln('x'), predicateType: 'vuln' }, attested(), 'block'],
    ['an attestation is no signature', vuln('x'), keyed, 'block'],
  ])('%s', async (_, evidence, authority, status) => {
    expect((await verdict([evidence], cip({}, [authority]))).status).toBe(status);
  });
});
