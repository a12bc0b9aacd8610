import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/model/index.ts';
import { parseCertificates } from '../../../../../src/policy/load/files/key-material.ts';
import { anyCertificates } from '../../support/certificates.ts';
import { byKey, image as digest } from '../../support/evidence.ts';
import { acme } from '../../support/verdict.ts';
import { notationAllows, type SeenNotation, type TrustPolicy } from '../sources/notation.ts';
import { Comparison, forget, type LooseRule, repositoryIn, seed } from './comparison.ts';

const [storeA = '', storeB = '', clock = ''] = anyCertificates();
const files = { 'acme.pem': storeA, 'other.pem': storeB, 'clock.tsa.pem': clock };

describe("Notation's trust policy", () => {
  const names = [
    'ghcr.io/acme/app:1',
    'ghcr.io/acme/app/sub:1',
    `ghcr.io/acme/tool@${digest}`,
    'nginx:1',
    'acme/app:1',
  ];
  const scopes = [
    'ghcr.io/acme/app',
    'ghcr.io/acme/tool',
    'docker.io/nginx',
    'docker.io/library/nginx',
    'acme/app',
    'ghcr.io',
    'GHCR.io/acme/app',
  ];
  const subjects = [
    { CN: 'signer', O: 'acme', L: 'Seattle', ST: 'WA', C: 'US' },
    { CN: 'other', O: 'acme', ST: 'WA', C: 'US' },
    { O: 'acme', ST: 'WA', C: 'US' },
  ];
  const identities = [
    '*',
    'x509.subject: C=US, S=WA, L=Seattle, O=acme, CN=signer',
    'x509.subject: C=US, ST=WA, O=acme',
    'x509.subject: CN=other,O=acme',
    'x509.subject: CN=other, O=acme, ST=WA, C=US',
  ];
  const one: fc.Arbitrary<Omit<TrustPolicy, 'registryScopes'>> = fc.record(
    {
      signatureVerification: fc.record(
        {
          level: fc.constantFrom('strict', 'strict', 'permissive', 'audit', 'skip'),
          verifyTimestamp: fc.constantFrom('always', 'afterCertExpiry'),
          override: fc.record(
            {
              revocation: fc.constantFrom('enforce', 'log', 'skip'),
              authenticTimestamp: fc.constantFrom('enforce', 'log'),
            },
            { requiredKeys: [] },
          ),
        },
        { requiredKeys: ['level'] },
      ),
      trustStores: fc.subarray(['ca:acme', 'ca:other', 'tsa:clock', 'signingAuthority:acme']),
      trustedIdentities: fc.subarray(identities, { maxLength: 2 }),
    },
    { requiredKeys: ['signatureVerification', 'trustStores', 'trustedIdentities'] },
  );
  const document = fc
    .tuple(fc.shuffledSubarray(scopes, { minLength: 1, maxLength: 4 }), fc.tuple(one, one), fc.boolean())
    .map(([all, [first, last], isGlobal]) => ({
      version: '1.0',
      trustPolicies: [
        { name: 'first', registryScopes: all, ...first },
        ...(isGlobal ? [{ name: 'rest', registryScopes: ['*'], ...last }] : []),
      ],
    }));

  const idOf = (pem: string): string => {
    const material = parseCertificates(pem, null, 'notation');
    return material.ok ? material.value.id : '';
  };
  const order = ['CN', 'O', 'L', 'ST', 'C'] as const;
  function evidenceOf({ subject, store, timestamp, revocationKnown }: SeenNotation): Evidence {
    const text = order.flatMap((name) => (subject[name] === undefined ? [] : `${name}=${subject[name]}`)).join(',');
    return byKey(acme, {
      form: 'notation',
      signer: { kind: 'certificate', subject: text },
      trustedRoot: null,
      log: null,
      materials: [idOf(store === 'acme' ? storeA : storeB), ...(timestamp === null ? [] : [idOf(clock)])],
      time: timestamp === null ? null : '2026-06-01T00:00:00Z',
      timeSource: timestamp === null ? null : 'timestamp',
      ...(revocationKnown ? {} : { revocationUnknown: 'no answer' }),
    });
  }
  const signatures: readonly SeenNotation[] = subjects.flatMap((subject) =>
    ['acme', 'other'].flatMap((store) =>
      [null, 'clock'].flatMap((timestamp) =>
        [true, false].map((revocationKnown) => ({ subject, store, timestamp, revocationKnown })),
      ),
    ),
  );

  async function run(runs: number, loosen?: (rule: LooseRule) => void): Promise<Comparison> {
    const tally = new Comparison(files, undefined, loosen);
    for (const source of fc.sample(document, { seed, numRuns: runs })) {
      const questions = names.flatMap((name) =>
        [[], ...signatures.map((signature) => [signature]), signatures].map((given) => ({
          name,
          evidence: given.map(evidenceOf),
          allowed: notationAllows(source.trustPolicies, repositoryOf(name), given),
        })),
      );
      await tally.ask(JSON.stringify(source), questions);
      if (loosen !== undefined && tally.looser.length > 0) break;
    }
    return tally;
  }

  it('becomes nothing looser, whatever its scopes, stores and identities', { timeout: 120_000 }, async () => {
    const tally = await run(80);
    tally.report('Notation');
    expect(tally.looser.slice(0, 1)).toEqual([]);
    expect(tally.allowed).toBeGreaterThan(100);
  });

  it.each<[string, (rule: LooseRule) => void]>([
    ['timestamps', (rule) => forget(rule, 'timestamp')],
    [
      'revocation',
      (rule) => {
        for (const { notation } of rule['signedBy'] as { notation: Record<string, unknown> }[])
          notation['revocation'] = 'skip';
      },
    ],
  ])('would be found looser if it forgot %s', { timeout: 120_000 }, async (_, loosen) => {
    expect((await run(200, loosen)).looser.length).toBeGreaterThan(0);
  });
});

function repositoryOf(name: string): string {
  const repository = repositoryIn(name);
  const full = repository.includes('.')
    ? repository
    : `docker.io/${repository.includes('/') ? '' : 'library/'}${repository}`;
  return full;
}
