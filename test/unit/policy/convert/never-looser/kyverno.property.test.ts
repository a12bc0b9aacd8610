import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microsoftRoot2010 } from '../../../../../src/policy/publishers/publisher-keys.ts';
import { image as digest, githubIssuer } from '../../support/evidence.ts';
import { acme, other } from '../../support/verdict.ts';
import type { SeenStatement } from '../sources/kyverno.ts';
import { Comparison, forget, type LooseRule, seed } from './comparison.ts';
import { pairs, questionsFor } from './kyverno-questions.ts';

const files = {};

describe('Kyverno verifyImages', () => {
  const names = [
    'ghcr.io/acme/app:1',
    'ghcr.io/acme/app:v2',
    `ghcr.io/acme/app@${digest}`,
    'ghcr.io/acme/team/x:1',
    'nginx:1',
    'nginx',
    'nginxinc/x:1',
    'localhost:5000/x:1',
    'registry.example.com/team-a/x:1',
    'registry.example.com:5000/prod/x:1',
    'registry.example.com:5000/x/prod/y:1',
  ];
  const piece = fc.constantFrom(
    'ghcr.io',
    'docker.io',
    'localhost',
    'registry.example.com',
    '/',
    '/',
    '*',
    '*',
    '?',
    ':',
    ':1',
    ':*',
    ':v*',
    '@*',
    '@sha256:*',
    'acme',
    'app',
    'nginx',
    'library/',
    'team-',
    'x',
    'prod',
    '5000',
    ':5000',
    'g',
    '.',
  );
  const reference = fc.oneof(
    fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join('')),
    fc.constantFrom(
      '*',
      'ghcr.io/*',
      'ghcr.io/acme/*',
      'ghcr.io/acme/app:*',
      'docker.io/nginx*',
      'registry.example.com:*/prod/*',
    ),
    fc.constantFrom(
      'registry.example.com/team-?/*',
      '*/x:*',
      '*:1',
      'localhost:*',
      'g*/acme/app:?',
      'ghcr.io/*/app:v2',
      'ghcr.io/acme/app:1',
    ),
  );
  const subjects = [
    'https://github.com/acme/app/w.yml@refs/tags/v1',
    'https://github.com/untrusted/x/w.yml@refs/heads/main',
  ];
  const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
  const rekor = fc.constantFrom(undefined, undefined, { url: 'u', ignoreTlog: true });
  // what our language has a word for, and now and then what it has none for
  const odd = <Usual, Strange>(usual: fc.Arbitrary<Usual>, strange: fc.Arbitrary<Strange>) =>
    fc.oneof<fc.MaybeWeightedArbitrary<Usual | Strange>[]>(
      { weight: 12, arbitrary: usual },
      { weight: 1, arbitrary: strange },
    );
  const annotations = odd(fc.constantFrom<object | undefined>(undefined, {}), fc.constant({ env: 'prod' }));
  const keyEntry = fc.record({
    keys: fc.record({
      publicKeys: odd(fc.constantFrom(acme, other, acme + other), fc.constant('k8s://a/b')),
      rekor: odd(rekor, fc.constant({ url: 'u', pubkey: acme })),
    }),
    annotations,
  });
  const keylessEntry = fc.record({
    keyless: fc.record({
      issuer: odd(fc.constant(githubIssuer), fc.constantFrom('https://*', '')),
      issuerRegExp: odd(fc.constant(undefined), fc.constantFrom('https://.*', 'x')),
      subject: odd(
        fc.constantFrom('https://github.com/*', 'https://github.com/acme/*', subjects[0]),
        fc.constantFrom('https://github.com/????/*', ''),
      ),
      subjectRegExp: odd(fc.constant(undefined), fc.constantFrom('acme', '(', 'https://github.com/.*')),
      roots: odd(fc.constantFrom(undefined, ''), fc.constant(microsoftRoot2010)),
      additionalExtensions: odd(
        fc.constantFrom(
          undefined,
          { githubWorkflowRepository: 'acme/app' },
          { githubWorkflowRef: 'refs/tags/*' },
          { oidcIssuer: githubIssuer, githubWorkflowRepository: 'acme/*' },
        ),
        fc.constantFrom({ githubWorkflowName: 'ci' }, { githubWorkflowRepository: '????/app' }),
      ),
      rekor,
    }),
    annotations,
  });
  const entry = odd(
    fc.oneof(keyEntry, keylessEntry),
    fc.constantFrom<object>(
      { certificates: { cert: 'x' } },
      { attestor: { entries: [{ keys: { publicKeys: acme } }] } },
    ),
  );
  const count = fc.constantFrom(undefined, 1, 2);
  const set = fc.record({ count, entries: fc.array(entry, { minLength: 1, maxLength: 3 }) });
  const sets = odd(fc.array(set, { minLength: 1, maxLength: 1 }), fc.array(set, { maxLength: 2 }));
  const attestation = fc.record({
    type: odd(fc.constant('https://spdx.dev/Document'), fc.constantFrom('sbom', 'https://slsa.dev/provenance/v1')),
    attestors: sets,
    conditions: odd(fc.constant(undefined), fc.constant([{ all: [] }])),
  });
  const image = fc.record({
    imageReferences: fc.array(reference, { minLength: 1, maxLength: 2 }),
    attestors: sets,
    attestations: maybe(fc.array(attestation, { maxLength: 2 })),
    annotations: odd(fc.constant(undefined), fc.constant({ env: 'prod' })),
    key: odd(fc.constant(undefined), fc.constant(acme)),
    mutateDigest: odd(fc.constant(undefined), fc.constant(false)),
    failureAction: maybe(fc.constantFrom('Audit', 'Enforce')),
  });
  const document = fc
    .record({
      action: fc.constantFrom('Enforce', 'Enforce', 'Audit'),
      images: fc.array(image, { minLength: 1, maxLength: 3 }),
    })
    .map(({ action, images }) => ({
      apiVersion: 'kyverno.io/v1',
      kind: 'ClusterPolicy',
      spec: {
        validationFailureAction: action,
        rules: images.map((one, index) => ({ name: `r${index}`, verifyImages: [one] })),
      },
    }));

  const own = { githubWorkflowRepository: 'acme/app', githubWorkflowRef: 'refs/tags/v1', githubWorkflowName: 'ci' };
  const strange = { githubWorkflowRepository: 'untrusted/x', githubWorkflowRef: 'refs/heads/main' };
  const signers: readonly SeenStatement['by'][] = [
    { key: acme },
    { key: other },
    { issuer: githubIssuer, subject: subjects[0] ?? '', extensions: own },
    { issuer: githubIssuer, subject: subjects[1] ?? '', extensions: strange },
  ];
  const signatures: readonly SeenStatement[] = signers.flatMap((by) =>
    [true, false].map((logged) => ({ by, logged, annotations: logged ? { env: 'prod' } : {}, predicateType: null })),
  );
  const attested: readonly SeenStatement[] = signers.map((by) => ({
    by,
    logged: true,
    annotations: {},
    predicateType: 'https://spdx.dev/Document',
  }));
  const offers = [
    ...pairs(signatures),
    signatures,
    [...signatures, ...attested],
    ...attested.map((one) => [...signatures, one]),
  ];

  async function run(runs: number, loosen?: (rule: LooseRule) => void): Promise<Comparison> {
    const tally = new Comparison(files, undefined, loosen);
    for (const documents of fc.sample(fc.array(document, { minLength: 1, maxLength: 2 }), { seed, numRuns: runs })) {
      const text = documents.map((one) => JSON.stringify(one)).join('\n---\n');
      await tally.ask(text, questionsFor(documents, names, offers));
      if (loosen !== undefined && tally.looser.length > 0) break;
    }
    return tally;
  }

  it('becomes nothing looser, whatever its patterns and attestors', { timeout: 180_000 }, async () => {
    const tally = await run(80);
    tally.report('Kyverno');
    expect(tally.looser.slice(0, 1)).toEqual([]);
    expect(tally.allowed).toBeGreaterThan(800);
  });

  it.each<[string, (rule: LooseRule) => void]>([
    ['what the certificate claims', (rule) => forget(rule, 'claims')],
    ['how many must have signed', (rule) => forget(rule, 'threshold')],
    ['the log', (rule) => forget(rule, 'log')],
    [
      'attestations',
      (rule) => {
        if (rule['signedBy'] !== undefined) forget(rule, 'require');
      },
    ],
  ])('would be found looser if it forgot %s', { timeout: 120_000 }, async (_, loosen) => {
    expect((await run(400, loosen)).looser.length).toBeGreaterThan(0);
  });
});
