import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../src/model/index.ts';
import { decide } from '../support/decide.ts';
import { byIdentity, byKey, githubIssuer, inputOf } from '../support/evidence.ts';
import { freshKey, policiesOf } from '../support/policies.ts';

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
  const files = Object.fromEntries(texts.map((text, index) => [`cluster/${index}.yaml`, text]));
  const policies = await policiesOf({
    project: 'version: 1\nclusterImagePolicies: ["cluster/*.yaml"]\ndefault: deny\n',
    files,
  });
  return decide(inputOf(name, evidence), policies);
}

describe('a ClusterImagePolicy', () => {
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
      'reads no bundles unless told',
      [byIdentity(identity, { form: 'cosign-bundle' })],
      cip({}, [keyless]),
      'block',
      ['signature.identity-mismatch'],
    ],
    [
      'reads bundles where told',
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
