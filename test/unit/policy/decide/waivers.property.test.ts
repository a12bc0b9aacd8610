import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Evidence, Status } from '../../../../src/model/index.ts';
import { decide } from '../../../../src/policy/index.ts';
import { byKey, image, inputOf } from '../support/evidence.ts';
import { freshKey, policiesOf } from '../support/policies.ts';

const [acme, other] = [freshKey(), freshKey()];
const name = 'registry.example.com/legacy/base:1';
const now = new Date('2026-07-01T00:00:00Z');
const severity: Readonly<Record<Status, number>> = { allow: 0, warn: 1, block: 2, error: 3 };
const kinds = ['machine', 'user', 'command-line', 'project'] as const;

type Kind = (typeof kinds)[number];

/** One layer as JSON, without its waivers. */
const body = fc.record(
  {
    mode: fc.constantFrom('enforce', 'warn'),
    default: fc.constantFrom('deny', 'warn', 'allow'),
    rules: fc.constantFrom(
      [{ images: ['**'], signedBy: [{ key: acme }] }],
      [{ images: ['registry.example.com/**'], mode: 'warn', signedBy: [{ key: other }] }],
      [{ images: ['**'], signedBy: [{ key: acme }, { key: other }], threshold: 2 }],
      [{ images: ['elsewhere.example.com/**'], signedBy: [] }],
      [{ images: ['**'], signedBy: [] }],
      [{ images: ['**'], locked: true }],
    ),
  },
  { requiredKeys: [] },
);

const exception = fc.record(
  {
    images: fc.constantFrom(['**'], [name], ['registry.example.com/legacy/**'], ['elsewhere.example.com/**']),
    reason: fc.constant('vendor signs later'),
    until: fc.constantFrom('2026-12-31', '2026-07-01', '2026-06-30'),
    findings: fc.constantFrom(['signature.missing'], ['policy.default'], ['policy.denied', 'lock.missing']),
    digest: fc.constantFrom(image, `sha256:${'0'.repeat(64)}`),
  },
  { requiredKeys: ['images', 'reason', 'until'] },
);
const waivers = fc.record({ exceptions: fc.array(exception, { minLength: 1, maxLength: 3 }) });
const layers = fc.record({ machine: body, user: body, 'command-line': body, project: body }, { requiredKeys: [] });
type Layers = typeof layers extends fc.Arbitrary<infer T> ? T : never;

const broken = byKey(acme, { verified: false, problem: { code: 'invalid-signature', message: 'x' } });
const evidence = fc.subarray<Evidence>([byKey(acme), byKey(other)]);

/** The verdict under layers of which one has more to say. */
async function judge(
  given: Layers,
  pieces: readonly Evidence[],
  more: Partial<Record<Kind, object>>,
  breakGlass?: string,
) {
  const texts = Object.fromEntries(
    kinds.flatMap((kind) => {
      const said = given[kind] === undefined ? more[kind] : { ...given[kind], ...more[kind] };
      return said === undefined ? [] : [[kind, JSON.stringify({ version: 1, ...said })]];
    }),
  );
  const { 'command-line': commandLine, ...rest } = texts;
  const policies = await policiesOf({
    ...rest,
    ...(commandLine === undefined ? {} : { commandLine: [commandLine] }),
    ...(breakGlass === undefined ? {} : { breakGlass }),
    now,
  });
  return decide({ ...inputOf(name, pieces), now: now.toISOString() }, policies);
}

const runs = { numRuns: 150 };

it('no exception of a layer changes what another layer says, nor the strictest of what they say', async () => {
  await fc.assert(
    fc.asyncProperty(layers, evidence, fc.constantFrom(...kinds), waivers, async (given, pieces, at, waiver) => {
      // a layer that is not there yet is as one that abstains
      const without = await judge(given, pieces, { [at]: {} });
      const waived = await judge(given, pieces, { [at]: waiver });
      const others = (decision: typeof without) =>
        decision.decisions.flatMap(({ layer, rule, status }) => (layer === at ? [] : [{ layer, rule, status }]));
      expect(others(waived)).toEqual(others(without));
      for (const { status } of others(without))
        expect(severity[waived.status]).toBeGreaterThanOrEqual(severity[status]);
      expect(waived.verified && !without.verified).toBe(false);
      // its own refusal becomes a warning at most
      const least = severity[without.status] >= severity.block ? severity.warn : severity.allow;
      expect(severity[waived.status]).toBeGreaterThanOrEqual(least);
    }),
    runs,
  );
});

it('no exception and no break-glass touches broken evidence', async () => {
  await fc.assert(
    fc.asyncProperty(layers, waivers, fc.constantFrom(...kinds), async (given, waiver, at) => {
      const asked = {
        ...given,
        user: { mode: 'enforce', rules: [{ images: ['**'], signedBy: [{ key: acme }] }] },
      } as Layers;
      const all = { machine: { breakGlass: 'allow', ...(at === 'machine' ? waiver : {}) }, user: waiver, [at]: waiver };
      const more = { ...all, machine: { breakGlass: 'allow', ...waiver } };
      const decision = await judge(asked, [broken], more, 'production is down');
      expect(severity[decision.status]).toBeGreaterThanOrEqual(severity.block);
      expect(decision.verified).toBe(false);
    }),
    runs,
  );
});

it('break-glass lets through nothing that any layer denies, and never calls it verified', async () => {
  const said = fc.constantFrom('allow', 'deny', undefined);
  const words = fc.record({ machine: said, user: said, 'command-line': said, project: said });
  await fc.assert(
    fc.asyncProperty(layers, evidence, words, async (given, pieces, word) => {
      const more = Object.fromEntries(
        kinds.flatMap((kind) => (word[kind] === undefined ? [] : [[kind, { breakGlass: word[kind] }]])),
      );
      const without = await judge(given, pieces, more);
      const emergency = await judge(given, pieces, more, 'production is down');
      const hasMachine = given.machine !== undefined || word.machine !== undefined;
      const isDenied = kinds.some((kind) => word[kind] === 'deny') || (hasMachine && word.machine !== 'allow');
      expect(emergency.verified).toBe(without.verified);
      const isLetThrough = !isDenied && severity[without.status] >= severity.block;
      const least = isLetThrough ? severity.warn : severity[without.status];
      expect(severity[emergency.status]).toBeGreaterThanOrEqual(least);
      expect(severity[emergency.status]).toBeLessThanOrEqual(severity[without.status]);
    }),
    runs,
  );
});
