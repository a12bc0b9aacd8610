import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../src/model/index.ts';
import type { JudgedImage } from '../../../../src/policy/index.ts';
import { byIdentity, byKey, digestOf, image, inputOf } from '../support/evidence.ts';
import { acme, name, rule, signed, verdict } from '../support/verdict.ts';

const two = [
  { platform: 'linux/amd64', digest: digestOf('amd64') },
  { platform: 'linux/arm64', digest: digestOf('arm64') },
];

interface PropertyCase {
  readonly evidence: readonly Evidence[];
  readonly image?: Partial<JudgedImage>;
  readonly name?: string;
  readonly status: string;
  readonly code: string | null;
}

describe('what is reported of attestations that do not satisfy a rule', () => {
  const slsa = 'https://slsa.dev/provenance/v1';
  const statement = (builder: string | undefined, repository = 'https://github.com/acme/app') => ({
    predicateType: slsa,
    predicate: {
      buildDefinition: { externalParameters: { workflow: { repository } } },
      runDetails: builder === undefined ? {} : { builder: { id: builder } },
    },
  });
  const piece = (changes: Partial<Evidence>) => byKey(acme, { form: 'attestation', predicateType: slsa, ...changes });
  const requiring = (where: string) =>
    signed(`require: {attestations: [{type: slsa-provenance${where === '' ? '' : `, where: {${where}}`}}]}`);
  const builder = 'builder: "https://b/*"';
  const source = 'sourceRepository: acme/app';

  it.each<[string, string, readonly Evidence[], string | null]>([
    ['another builder', builder, [piece({ statement: statement('https://c/x') })], 'attestation.mismatch'],
    ['no builder', builder, [piece({ statement: statement(undefined) })], 'attestation.mismatch'],
    [
      'another source',
      source,
      [piece({ statement: statement('https://b/x', 'https://github.com/x/y') })],
      'attestation.mismatch',
    ],
    ['no source', source, [piece({ statement: { predicateType: slsa, predicate: {} } })], 'attestation.mismatch'],
    [
      'the right builder alone, where the source counts too',
      `${builder}, ${source}`,
      [piece({ statement: statement('https://b/x', 'https://github.com/x/y') })],
      'attestation.mismatch',
    ],
    [
      'the right builder, where it alone counts',
      builder,
      [piece({ statement: statement('https://b/x', 'https://x') })],
      null,
    ],
    ['the right source, where it alone counts', source, [piece({ statement: statement('https://c/x') })], null],
    [
      'several others',
      builder,
      [
        piece({ statement: statement('https://d') }),
        piece({ statement: statement('https://c') }),
        piece({ statement: statement('https://c') }),
      ],
      'attestation.mismatch',
    ],
    [
      'other types',
      '',
      ['f', 'e', 'd', 'c', 'b', 'a', 'a'].map((type) => piece({ predicateType: `https://${type}` })),
      'attestation.missing',
    ],
    [
      'untrusted signers',
      '',
      [
        byIdentity('z', { form: 'attestation', predicateType: slsa }),
        byIdentity('a', { form: 'attestation', predicateType: slsa }),
        byIdentity('b', { form: 'attestation', predicateType: slsa, verified: false }),
      ],
      'attestation.mismatch',
    ],
    [
      'broken ones',
      '',
      ['6', '5', '4', '3', '2', '1', '1'].map((message) =>
        piece({ verified: false, problem: { code: 'malformed', message } }),
      ),
      'attestation.mismatch',
    ],
    ['a broken one that does not say why', '', [piece({ verified: false, problem: null })], 'attestation.mismatch'],
    ['one that vouches through BuildKit', '', [piece({ form: 'buildkit-attestation' })], null],
    [
      'a BuildKit attestation without a predicate',
      '',
      [piece({ form: 'buildkit-attestation', predicateType: null })],
      'attestation.missing',
    ],
    ['a signature of that predicate', '', [piece({ form: 'cosign-bundle' })], 'attestation.missing'],
  ])('%s', async (_, where, evidence, code) => {
    const found = await verdict(requiring(where), inputOf(name, [byKey(acme), ...evidence]));
    expect(found.codes).toEqual(code === null ? [] : [code]);
  });

  it('names the first five who could have made them', async () => {
    const six = [1, 2, 3, 4, 5, 6].map((number) => `{keyless: {issuer: i, identity: "${number}"}}`).join(', ');
    const project = rule(
      `signedBy: [{key: acme.pub}]\n    require: {attestations: [{type: vuln, signedBy: [${six}]}]}`,
    );
    const { decision } = await verdict(project, inputOf(name, [byKey(acme)]));
    expect(decision.findings[0]?.expected).toBe(
      `a vuln attestation, by ${[1, 2, 3, 4, 5].map((number) => `keyless ${number} from i`).join(' or ')}`,
    );
  });
});

describe('what is reported of properties', () => {
  it.each<[string, string, PropertyCase]>([
    [
      'the age of a platform',
      'maxAge: 30d',
      {
        image: { platforms: two },
        evidence: [
          byKey(acme, { subject: digestOf('amd64'), time: '2026-06-20T00:00:00Z' }),
          byKey(acme, { subject: digestOf('arm64'), time: '2026-01-20T00:00:00Z' }),
        ],
        status: 'block',
        code: 'image.too-old',
      },
    ],
    [
      'the age of platforms that are all young',
      'maxAge: 30d',
      {
        image: { platforms: two },
        evidence: [
          byKey(acme, { subject: digestOf('amd64'), time: '2026-06-20T00:00:00Z' }),
          byKey(acme, { subject: digestOf('arm64'), time: '2026-06-10T00:00:00Z' }),
        ],
        status: 'allow',
        code: null,
      },
    ],
    [
      'the age of a platform without a date',
      'maxAge: 30d',
      {
        image: { platforms: two },
        evidence: [
          byKey(acme, { subject: digestOf('amd64'), time: '2026-06-20T00:00:00Z' }),
          byKey(acme, { subject: digestOf('arm64'), time: null }),
        ],
        status: 'block',
        code: 'image.too-old',
      },
    ],
    [
      'the age of the one platform',
      'maxAge: 30d',
      {
        evidence: [byKey(acme, { subject: digestOf('amd64'), time: '2026-06-20T00:00:00Z' })],
        status: 'allow',
        code: null,
      },
    ],
    [
      'the age of an image without platforms',
      'maxAge: 12h',
      {
        image: { platforms: [] },
        evidence: [byKey(acme, { time: '2026-06-20T00:00:00Z' })],
        status: 'block',
        code: 'image.too-old',
      },
    ],
    [
      'a time that is none',
      'maxAge: 30d',
      { evidence: [byKey(acme, { time: 'yesterday' })], status: 'block', code: 'image.too-old' },
    ],
    [
      'a digest that is asked for',
      'digest: true',
      { evidence: [byKey(acme)], name: 'alpine:3', status: 'block', code: 'image.digest-required' },
    ],
    [
      'a digest that is there',
      'digest: true',
      { evidence: [byKey(acme)], name: `alpine:3@${image}`, status: 'allow', code: null },
    ],
  ])('%s', async (_, require, { evidence, image: changes = {}, name: written, status, code }) => {
    const found = await verdict(
      signed(`require: {${require}}`),
      inputOf(written ?? name, evidence, { image: changes }),
    );
    expect([found.status, found.codes[0] ?? null]).toEqual([status, code]);
  });
});
