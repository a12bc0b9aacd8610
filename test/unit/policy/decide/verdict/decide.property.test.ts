import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Evidence, type Status, strictest } from '../../../../../src/model/index.ts';
import { type DecideInput, decide, type PolicyLayer, type PolicySet } from '../../../../../src/policy/index.ts';
import { byIdentity, byKey, digestOf, githubIssuer, image, inputOf } from '../../support/evidence.ts';
import { freshKey, policiesOf } from '../../support/policies.ts';

const keys = [freshKey(), freshKey(), freshKey()];
const files = Object.fromEntries(keys.map((key, index) => [`${index}.pub`, key]));
const numRuns = 300;

const signer = fc.constantFrom(
  ...keys.map((_, index) => `{key: ${index}.pub}`),
  '{key: 0.pub, log: required}',
  `{keyless: {issuer: "${githubIssuer}", identity: me}}`,
  `{keyless: {issuer: "${githubIssuer}", identityRegexp: "m.*"}, claims: {ref: "refs/tags/*"}}`,
);
const signers = fc.array(signer, { maxLength: 3 });
const rule = fc
  .record({
    images: fc.constantFrom('**', 'registry.example.com/**', 'registry.example.com/acme/app', 'docker.io/**'),
    signedBy: signers,
    threshold: fc.nat(2),
    mode: fc.constantFrom('', ', mode: warn', ', mode: enforce'),
    more: fc.constantFrom(
      '',
      ', sameRepository: warn',
      ', sameRepository: deny',
      ', require: {maxAge: 30d}',
      ', require: {attestations: [{type: sbom}]}',
    ),
  })
  .map(({ images, signedBy, threshold, mode, more }) => {
    const least = Math.min(threshold, signedBy.length);
    return `{images: ["${images}"], signedBy: [${signedBy.join(', ')}]${least > 1 ? `, threshold: ${least}` : ''}${mode}${more}}`;
  });
/** Policies with exceptions, or with none: one that waives a missing signature is met by taking a wrong one away, as it says. */
const policyWith = (...exceptions: readonly string[]): fc.Arbitrary<string> =>
  fc
    .record({
      mode: fc.constantFrom('', 'mode: warn\n', 'mode: enforce\n'),
      default: fc.constantFrom('', 'default: deny\n', 'default: warn\n', 'default: allow\n'),
      local: fc.constantFrom('', 'local: deny\n', 'local: warn\n', 'local: allow\n'),
      exceptions: fc.constantFrom('', ...exceptions),
      rules: fc.array(rule, { maxLength: 3 }),
    })
    .map(
      (parts) =>
        `version: 1\n${parts.mode}${parts.default}${parts.local}${parts.exceptions}rules: [${parts.rules.join(', ')}]\n`,
    );
const plainPolicy = policyWith();
const policy = policyWith(
  'exceptions: [{images: ["**"], reason: r, until: 2026-07-10}]\n',
  'exceptions: [{images: ["**"], findings: [signature.missing], reason: r, until: 2026-07-10}]\n',
  'exceptions: [{images: ["**"], reason: r, until: 2026-06-01}]\n',
);

const subject = fc.constantFrom(image, digestOf('amd64'), digestOf('arm64'), digestOf('elsewhere'));
const piece: fc.Arbitrary<Evidence> = fc
  .record({
    who: fc.constantFrom(...keys, 'me', 'you'),
    changes: fc.record({
      subject,
      verified: fc.boolean(),
      form: fc.constantFrom('cosign-signature', 'cosign-bundle', 'attestation', 'buildkit-attestation'),
      predicateType: fc.constantFrom(null, 'https://spdx.dev/Document'),
      repository: fc.constantFrom(null, 'registry.example.com/acme/app', 'evil.example.com/x'),
      time: fc.constantFrom(null, '2020-01-01T00:00:00Z', '2026-06-20T00:00:00Z'),
      log: fc.constantFrom(null, { index: 1, id: 'x' }),
      claims: fc.constantFrom({}, { ref: 'refs/tags/v1' }),
    }),
  })
  .map(({ who, changes }) =>
    who.startsWith('-----') ? byKey(who, changes as Partial<Evidence>) : byIdentity(who, changes as Partial<Evidence>),
  );

const input: fc.Arbitrary<DecideInput> = fc
  .record({
    evidence: fc.array(piece, { maxLength: 6 }),
    isMulti: fc.boolean(),
    onlyLocal: fc.boolean(),
    hasProblem: fc.boolean(),
  })
  .map(({ evidence, isMulti, onlyLocal, hasProblem }) => {
    const platforms = [
      { platform: 'linux/amd64', digest: digestOf('amd64') },
      { platform: 'linux/arm64', digest: digestOf('arm64') },
    ];
    return inputOf('registry.example.com/acme/app:1', evidence, {
      image: { platforms: isMulti ? platforms : platforms.slice(0, 1), onlyLocal },
      collectProblems: hasProblem ? [{ message: 'x' }] : [],
    });
  });

/** Whether `left` is at least as strict as `right`. */
function isAsStrict(left: Status, right: Status): boolean {
  return strictest(left, right) === left;
}

/** A layer as an adversary would add it: made from a project's policy, under any name. */
async function layerOf(text: string, layer: PolicyLayer['layer']): Promise<PolicyLayer> {
  const [found] = (await policiesOf({ project: text, files })).layers;
  if (found === undefined) throw new Error('a project has a layer');
  return { ...found, layer };
}

function withLayers(base: PolicySet, layers: readonly PolicyLayer[]): PolicySet {
  return { ...base, layers: [...layers, ...base.layers.filter(({ layer }) => layer === 'builtin')] };
}

const builtin = policiesOf({});

describe('deciding', () => {
  it('never becomes milder by a layer more, but for the built-in default that it takes the place of', async () => {
    await fc.assert(
      fc.asyncProperty(policy, policy, input, async (first, second, subjects) => {
        const [machine, project] = [await layerOf(first, 'machine'), await layerOf(second, 'project')];
        const one = decide(subjects, withLayers(await builtin, [machine]));
        const two = decide(subjects, withLayers(await builtin, [machine, project]));
        const isBuiltinDefault = one.decisions.some(({ layer, rule: by }) => layer === 'builtin' && by === null);
        expect(isBuiltinDefault || isAsStrict(two.status, one.status)).toBe(true);
        expect(one.status === 'block' && two.status === 'allow').toBe(false);
      }),
      { numRuns },
    );
  });

  it('is never milder than any single layer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(policy, { minLength: 1, maxLength: 4 }), input, async (texts, subjects) => {
        const layers = await Promise.all(texts.map((text) => layerOf(text, 'command-line')));
        const all = decide(subjects, withLayers(await builtin, layers));
        for (const layer of layers) {
          const alone = decide(subjects, { ...(await builtin), layers: [layer] });
          expect(alone.decisions.length === 0 || !isBlocked(alone.status) || isBlocked(all.status)).toBe(true);
        }
      }),
      { numRuns },
    );
  });

  it('does not turn what a lower layer blocks into an allow by a rule more in a higher one', async () => {
    await fc.assert(
      fc.asyncProperty(policy, policy, rule, input, async (first, second, extra, subjects) => {
        const [machine, project] = [await layerOf(first, 'machine'), await layerOf(second, 'project')];
        const more = await layerOf(`version: 1\nrules: [${extra}]\n`, 'machine');
        const grown = { ...machine, rules: [...more.rules, ...machine.rules] };
        const alone = decide(subjects, { ...(await builtin), layers: [project] });
        const both = decide(subjects, withLayers(await builtin, [grown, project]));
        expect(alone.status === 'block' && both.status === 'allow').toBe(false);
      }),
      { numRuns },
    );
  });

  it('does not depend on the order of evidence', async () => {
    await fc.assert(
      fc.asyncProperty(policy, input, fc.infiniteStream(fc.nat()), async (text, subjects, order) => {
        const policies = withLayers(await builtin, [await layerOf(text, 'project')]);
        const ranked = subjects.evidence.map((evidence) => ({ evidence, rank: order.next().value ?? 0 }));
        const shuffled = ranked.sort((left, right) => left.rank - right.rank).map(({ evidence }) => evidence);
        const { satisfiedBy: before, ...one } = decide(subjects, policies);
        const { satisfiedBy: after, ...two } = decide({ ...subjects, evidence: shuffled }, policies);
        expect(two).toEqual(one);
        expect(after.map((index) => shuffled[index]).length).toBe(before.length);
      }),
      { numRuns },
    );
  });

  it('is never improved by removing evidence', async () => {
    await fc.assert(
      fc.asyncProperty(
        plainPolicy,
        input,
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        async (text, subjects, kept) => {
          const policies = withLayers(await builtin, [await layerOf(text, 'project')]);
          const fewer = subjects.evidence.filter((_, index) => kept[index] === true);
          const all = decide(subjects, policies);
          const some = decide({ ...subjects, evidence: fewer }, policies);
          expect(isAsStrict(some.status, all.status)).toBe(true);
          expect(some.verified && !all.verified).toBe(false);
        },
      ),
      { numRuns },
    );
  });

  it('calls verified only what verified evidence satisfied, and shows it', async () => {
    await fc.assert(
      fc.asyncProperty(policy, input, async (text, subjects) => {
        const decision = decide(subjects, withLayers(await builtin, [await layerOf(text, 'project')]));
        const satisfying = decision.satisfiedBy.map((index) => subjects.evidence[index]);
        expect(satisfying.every((evidence) => evidence?.verified === true)).toBe(true);
        expect(decision.verified).toBe(decision.basis === 'signature' || decision.basis === 'attestation');
        expect(!decision.verified || satisfying.length > 0).toBe(true);
        expect(decision.status === 'allow' || decision.findings.length > 0).toBe(true);
      }),
      { numRuns },
    );
  });
});

function isBlocked(status: Status): boolean {
  return status === 'block' || status === 'error';
}
