import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/model/index.ts';
import type { BuiltHere, DecideInput } from '../../../../../src/policy/index.ts';
import { byKey, digestOf, image, inputOf } from '../../support/evidence.ts';
import { acme, name, rule, signed, verdict } from '../../support/verdict.ts';

describe('local images', () => {
  const onlyLocal = { image: { onlyLocal: true } };
  it.each([
    ['deny', 'version: 1\nlocal: deny\n', 'block', 'none', ['image.local-only']],
    ['deny in warn mode', 'version: 1\nmode: warn\nlocal: deny\n', 'warn', 'local', ['image.local-only']],
    ['warn', 'version: 1\nlocal: warn\n', 'warn', 'local', ['image.local-only']],
    ['allow', 'version: 1\nlocal: allow\n', 'allow', 'local', ['image.local-only']],
    ['left out: as unsigned', signed(''), 'block', 'none', ['signature.missing']],
    ['left out: the default', 'version: 1\ndefault: deny\n', 'block', 'none', ['policy.default']],
  ])('%s', async (_, project, status, basis, codes) => {
    const found = await verdict(project, inputOf(name, [], onlyLocal));
    expect(found).toMatchObject({ status, basis, codes, decision: { verified: false } });
  });

  it('never replace the built-in rules', async () => {
    expect(await verdict('version: 1\nlocal: allow\n', inputOf('cgr.dev/chainguard/go', [], onlyLocal))).toMatchObject({
      status: 'block',
    });
  });
});

describe('local: built', () => {
  const built = { built: true, record: '01ABC', time: '2026-01-01T00:00:00Z' } as const;
  const foreign = { built: false, reason: 'no record', hint: null } as const;
  const of = (builtHere: BuiltHere | null): DecideInput =>
    inputOf(name, [], { image: { onlyLocal: true, ...(builtHere === null ? {} : { builtHere }) } });

  it.each([
    ['lets in what was built here', '', built, 'allow', 'local', 'image.local-only'],
    ['refuses what was not', '', foreign, 'block', 'none', 'image.not-built-here'],
    ['refuses where the records were not asked', '', null, 'block', 'none', 'image.not-built-here'],
    ['warns of what was not in warn mode', 'mode: warn\n', foreign, 'warn', 'local', 'image.not-built-here'],
  ])('%s', async (_, more, builtHere, status, basis, code) => {
    const found = await verdict(`version: 1\n${more}local: built\n`, of(builtHere));
    expect(found).toMatchObject({ status, basis, codes: [code], decision: { verified: false } });
  });

  // whichever way round: neither field is stricter than the other for every image
  const pairs = ['deny', 'warn', 'allow'].flatMap((other) => [
    [other, 'built'],
    ['built', other],
  ]);
  const strictest: Readonly<Record<string, readonly [string, string]>> = {
    deny: ['block', 'block'],
    warn: ['warn', 'block'],
    allow: ['allow', 'block'],
  };
  it.each(pairs)('the strictest wins over layers and over the files of one: %s, %s', async (one = '', two = '') => {
    const expected = strictest[one === 'built' ? two : one];
    const texts = [`version: 1\nlocal: ${one}\n`, `version: 1\nlocal: ${two}\n`];
    for (const layers of [
      { project: texts[0] ?? '', user: texts[1] ?? '' },
      { project: 'version: 1\n', machine: { '1.yaml': texts[0] ?? '', '2.yaml': texts[1] ?? '' } },
    ]) {
      const { project, ...others } = layers;
      for (const [index, builtHere] of [built, foreign].entries()) {
        expect((await verdict(project, of(builtHere), others)).status).toBe(expected?.[index]);
      }
    }
  });

  it('says nothing of an image that its registry knows', async () => {
    const input = inputOf(name, [], { image: { builtHere: built } });
    expect((await verdict('version: 1\ndefault: deny\nlocal: built\n', input)).status).toBe('block');
  });

  it('can be waived for one image', async () => {
    const project = `version: 1\nlocal: built\nexceptions:\n  - images: ["${name}"]\n    findings: [image.not-built-here]\n    reason: r\n    until: 2026-08-01\n`;
    expect((await verdict(project, of(foreign))).status).toBe('warn');
  });
});

describe('a local image that differs', () => {
  const shadow = { image: { localShadow: digestOf('local') } };
  const sbom = {
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://spdx.dev/Document',
    subject: [],
    predicate: {},
  };
  it.each<[string, string, readonly Evidence[], string]>([
    ['is no matter where the remote one is verified', signed(''), [byKey(acme)], 'allow'],
    [
      'is no matter where attestations verify the remote one',
      rule('require: {attestations: [{type: sbom, signedBy: [{key: acme.pub}]}]}'),
      [byKey(acme, { form: 'attestation', predicateType: sbom.predicateType, statement: sbom })],
      'allow',
    ],
    ['blocks where the remote one is not', 'version: 1\ndefault: allow\n', [], 'block'],
    ["keeps Docker's choice in warn mode", 'version: 1\nmode: warn\ndefault: allow\n', [], 'warn'],
  ])('%s', async (_, project, evidence, status) => {
    const found = await verdict(project, inputOf(name, evidence, shadow));
    expect(found.status).toBe(status);
    const findings = found.decision.findings.filter(({ code }) => code === 'image.local-shadow');
    expect(findings.map(({ expected, found: local }) => [expected, local])).toEqual(
      status === 'allow' ? [] : [[`${image} (registry)`, `${digestOf('local')} (local)`]],
    );
  });

  it('that is the same one is no matter at all', async () => {
    expect(
      await verdict('version: 1\ndefault: allow\n', inputOf(name, [], { image: { localShadow: image } })),
    ).toMatchObject({ status: 'allow' });
  });
});
