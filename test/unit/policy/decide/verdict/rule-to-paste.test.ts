import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/model/index.ts';
import { decide } from '../../../../../src/policy/decide/verdict/decide.ts';
import { byIdentity, byKey, inputOf } from '../../support/evidence.ts';
import { policiesOf } from '../../support/policies.ts';
import { acme, name, verdict } from '../../support/verdict.ts';

const me = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1';
const policyOf = (rules: string): string => `version: 1\nmode: enforce\ndefault: deny\nrules:\n${rules}`;
const others = '  - {images: ["quay.io/other/*"], locked: true}\n';

async function hintOf(rules: string, evidence: readonly Evidence[] = [], image = name): Promise<string> {
  const { decision, status } = await verdict(policyOf(rules), inputOf(image, evidence));
  expect(status).toBe('block');
  expect(decision.findings[0]?.code).toBe('policy.default');
  return decision.findings[0]?.hint ?? '';
}

/** The YAML at the end of a hint, as it is pasted: on one line, or as a terminal breaks it. */
function pasted(hint: string, broken: boolean): string {
  const yaml = hint.slice(hint.indexOf('- {'));
  return `  ${broken ? yaml.replace(/ (?=\S)/g, (space, at: number) => (at < 3 ? space : '\n           ')) : yaml}\n`;
}

describe('the rule to paste for an image that no rule matches', () => {
  it.each([false, true])(
    'asks for the signer who is proven, and then holds (broken over lines: %s)',
    async (broken) => {
      const evidence = [byIdentity(me)];
      const hint = await hintOf(others, evidence);
      expect(hint).toContain('if its signer is who you mean');
      const { status, basis } = await verdict(policyOf(others + pasted(hint, broken)), inputOf(name, evidence));
      expect({ status, basis }).toEqual({ status: 'allow', basis: 'signature' });
      const another = inputOf(name, [byIdentity(`${me}.other`)]);
      expect((await verdict(policyOf(others + pasted(hint, broken)), another)).status).toBe('block');
    },
  );

  it.each([
    ['nothing is attached', []],
    ['what is attached does not verify', [byIdentity(me, { verified: false })]],
    ['only an attestation is attached', [byIdentity(me, { form: 'attestation', predicateType: 'https://x' })]],
    ['it is signed with a key', [byKey(acme)]],
    ['two have signed it', [byIdentity(me), byIdentity('another')]],
  ])('holds it to its digest where %s', async (_, evidence) => {
    const hint = await hintOf(others, evidence);
    expect(hint).toContain('then run docker verify lock: - {images: ["registry.example.com/acme/app"], locked: true}');
    const { status, codes } = await verdict(policyOf(others + pasted(hint, true)), inputOf(name, evidence));
    expect({ status, codes }).toEqual({ status: 'block', codes: ['lock.missing'] });
  });
});

describe('before an image is locked', () => {
  it.each([
    ['a signature that does not verify', [byIdentity(me, { verified: false })], true],
    ['a signature by a key', [byKey(acme)], true],
    ['nothing', [], false],
    ['an attestation alone', [byIdentity(me, { form: 'attestation', predicateType: 'https://x' })], false],
  ])('its signature is looked at, where one is there: %s', async (_, evidence, isLookedAt) => {
    const hint = await hintOf(others, evidence);
    expect(hint.startsWith(`see first who signed it: docker verify inspect ${name}; `)).toBe(isLookedAt);
  });
});

describe('a glob that stops at a slash', () => {
  it.each([
    ['at its end', 'registry.example.com/*'],
    ['at the end of a word', 'registry.example.com/ac*'],
    ['in its middle', 'registry.example.*/app'],
  ])('is reported, with its place, %s', async (_, glob) => {
    const hint = await hintOf(`  - {name: ours, images: ["${glob}"], locked: true}\n`);
    expect(hint).toContain(`"${glob}" of rule ours (docker-verify.yaml:5) stops at a slash: write **`);
  });

  it.each(['quay.io/*', 'registry.example.com/*:2', 'registry.example.com/acme/other'])(
    'is not reported of %s, which would not match with ** either',
    async (glob) => {
      expect(await hintOf(`  - {images: ["${glob}"], locked: true}\n`)).toContain('add under rules');
    },
  );

  it('is reported of a policy without a default too, for which the built-in one speaks', async () => {
    const policy = 'version: 1\nrules:\n  - {name: ours, images: ["registry.example.com/*"], locked: true}\n';
    const { decision } = await verdict(policy, inputOf(name));
    const found = decision.findings.find(({ code }) => code === 'policy.default');
    expect(found?.hint).toContain('stops at a slash');
  });
});

describe('an image of which only the built-in policy speaks', () => {
  const advice = async (layers: Parameters<typeof policiesOf>[0]): Promise<string | null | undefined> =>
    decide(inputOf(name), await policiesOf(layers)).findings.find(({ code }) => code === 'policy.default')?.hint;
  const silent = 'version: 1\n';

  it.each([
    ['is to get a rule in the policy of the project where there is one', { project: silent }, 'init --add puts a rule'],
    ['is to get a policy where none is written', {}, 'init writes a policy'],
    ["is to get one beside the user's", { user: silent }, 'init writes a policy'],
  ])('%s', async (_, layers, expected) => {
    expect(await advice(layers)).toContain(expected);
  });
});
