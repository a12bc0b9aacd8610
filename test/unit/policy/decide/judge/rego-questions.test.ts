import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/model/index.ts';
import { regoQuestions } from '../../../../../src/policy/decide/judge/rego-questions.ts';
import type { RegoOutcome } from '../../../../../src/policy/language/compiled/rego.ts';
import { decide } from '../../support/decide.ts';
import { byKey, inputOf } from '../../support/evidence.ts';
import { freshKey, policiesOf } from '../../support/policies.ts';

const key = freshKey();
const other = freshKey();
const name = 'ghcr.io/acme/app:1';
const module = 'package sigstore\nisCompliant { input.predicate.ok }';
const cluster = (policy: object, images = 'ghcr.io/acme/**'): string =>
  JSON.stringify({
    apiVersion: 'policy.sigstore.dev/v1beta1',
    kind: 'ClusterImagePolicy',
    metadata: { name: 'acme' },
    spec: {
      images: [{ glob: images }],
      authorities: [{ key: { data: key }, attestations: [{ name: 'scan', predicateType: 'vuln', policy }] }],
    },
  });
const scan = (changes: Partial<Evidence> = {}, pem = key): Evidence =>
  byKey(pem, {
    form: 'attestation',
    predicateType: 'https://cosign.sigstore.dev/attestation/vuln/v1',
    statement: { predicate: { ok: true } },
    ...changes,
  });

async function policies(rego: string, policy: object = { type: 'rego', data: module }, images?: string) {
  const project = `version: 1\ndefault: deny\n${rego}\nclusterImagePolicies: ["cluster/*.yaml"]\n`;
  return await policiesOf({ project, files: { 'cluster/a.yaml': cluster(policy, images) } });
}

async function verdict(evidence: readonly Evidence[], outcome: RegoOutcome | null) {
  const set = await policies('rego: opa');
  const input = inputOf(name, evidence);
  const rego =
    outcome === null ? {} : Object.fromEntries(regoQuestions(input, set).map((question) => [question.key, outcome]));
  return decide({ ...input, rego }, set);
}

describe('Rego over attestations', () => {
  it('is asked about each verified attestation of its type', async () => {
    const evidence = [
      scan(),
      scan(),
      scan({ statement: { predicate: { ok: false } } }),
      scan({ verified: false, statement: 'broken' }),
      scan({ predicateType: 'https://example.com/other' }),
      byKey(key),
    ];
    const questions = regoQuestions(inputOf(name, evidence), await policies('rego: opa'));
    expect(questions.map(({ statement }) => statement)).toEqual([
      { predicate: { ok: true } },
      { predicate: { ok: false } },
    ]);
    expect(questions.every((question) => question.module === module)).toBe(true);
  });

  it('is not asked where no policy allows it, or none is about the image', async () => {
    const input = inputOf(name, [scan()]);
    expect(regoQuestions(input, await policies(''))).toEqual([]);
    expect(regoQuestions(input, await policies('rego: opa', { type: 'rego', data: module }, 'quay.io/**'))).toEqual([]);
    expect(regoQuestions(input, await policies('rego: opa', { type: 'cue', data: 'predicate: ok: true' }))).toEqual([]);
  });

  it('lets through what it finds compliant, and by the right signer', async () => {
    expect(await verdict([scan()], { kind: 'compliant' })).toMatchObject({ status: 'allow', basis: 'attestation' });
    expect(await verdict([scan({}, other)], { kind: 'compliant' })).toMatchObject({ status: 'block' });
    expect(await verdict([byKey(key)], { kind: 'compliant' })).toMatchObject({ status: 'block' });
  });

  it('refuses what it does not, and says why', async () => {
    const refused = await verdict([scan()], { kind: 'refused', message: 'the scan is too old' });
    expect(refused.status).toBe('block');
    expect(refused.findings[0]?.found).toContain('the Rego of scan does not find it compliant: the scan is too old');
  });

  it.each<[string, RegoOutcome | null]>([
    ['could not be evaluated', { kind: 'unknown', reason: 'there is no opa on PATH' }],
    ['was never evaluated', null],
  ])('could not be verified where it %s', async (_, outcome) => {
    const decision = await verdict([scan()], outcome);
    expect(decision).toMatchObject({ status: 'error', findings: [{ code: 'policy.unsupported' }] });
  });

  it.each([
    'http.send({"method": "get", "url": "https://example.com"})',
    'http["send"]({})',
    'net.lookup_ip_addr("example.com")',
    'opa.runtime().env.TOKEN',
    'json.match_schema({}, {"$ref": "https://example.com"})',
  ])('is not evaluated where it asks the network or the machine: %s', async (call) => {
    const set = await policies('rego: opa', { type: 'rego', data: `package sigstore\nisCompliant { ${call} }` });
    expect(regoQuestions(inputOf(name, [scan()]), set)).toEqual([]);
    expect(decide(inputOf(name, [scan()]), set)).toMatchObject({
      status: 'error',
      findings: [{ found: expect.stringContaining('asks the network or the machine') }],
    });
  });
});
