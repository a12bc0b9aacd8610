import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/model/index.ts';
import { byIdentity, byKey, digestOf, image, inputOf } from '../../support/evidence.ts';
import { acme, files, name, other, rule, signed, verdict } from '../../support/verdict.ts';

const old = '2020-01-01T00:00:00Z';
const later = '2026-07-01T00:00:00Z';
const young = '2026-06-15T00:00:00Z';
const asked = 'keyless: {issuer: "https://token.actions.githubusercontent.com", identity: me}';

/** A key's signature with a log entry, or with a timestamp alone. */
const logged = (time: string | null, changes: Partial<Evidence> = {}) => byKey(acme, { time, ...changes });
const stamped = (time: string, changes: Partial<Evidence> = {}) =>
  byKey(acme, { time, timeSource: 'timestamp', log: null, ...changes });
const keyless = (time: string, changes: Partial<Evidence> = {}) =>
  byIdentity('me', { time, timeSource: 'timestamp', log: null, ...changes });

const lockOf = (digest: string, lockedAt: string) => ({
  files: {
    ...files,
    'docker-verify.lock.json': JSON.stringify({
      lockVersion: 1,
      images: { [name]: { digest, signer: null, lockedAt } },
    }),
  },
});

describe('require.maxAge', () => {
  const project = signed('require: {maxAge: 30d}');

  it.each<[string, readonly Evidence[], string]>([
    ['young enough', [logged(young)], 'allow'],
    ['just young enough', [logged('2026-06-01T00:00:00Z')], 'allow'],
    ['too old', [logged('2026-05-31T23:59:59Z')], 'block'],
    ['of unknown age', [logged(null)], 'block'],
    ['signed a little ahead of the clock', [logged('2026-07-01T12:00:00Z')], 'allow'],
    ['signed in the future', [logged('2026-07-03T00:00:00Z')], 'block'],
    ['signed long ago and again of late', [logged(old), logged(young)], 'allow'],
    ['signed of late by somebody else', [logged(old), byKey(other, { time: young })], 'block'],
    ["timed by a log that is not the layer's", [logged(young, { trustedRoot: 'x', materials: [] })], 'block'],
    ['stamped by any authority', [stamped(young)], 'block'],
    ['signed long ago, and stamped of late', [logged(old, { signatureId: 's' }), stamped(young)], 'block'],
    [
      'one signature, logged long ago and again of late',
      [logged(young, { signatureId: 's' }), logged(old, { signatureId: 's' })],
      'block',
    ],
    [
      'one signature, logged of late and stamped long ago',
      [logged(young, { signatureId: 's' }), stamped(old, { signatureId: 's' })],
      'allow',
    ],
    [
      'two signatures, of which one was made of late',
      [logged(young, { signatureId: 's' }), logged(old, { signatureId: 't' })],
      'allow',
    ],
    ['a source of the time that is none', [logged(young, { timeSource: null })], 'block'],
  ])('%s', async (_, evidence, status) => {
    expect(await verdict(project, inputOf(name, evidence))).toMatchObject({
      status,
      codes: status === 'allow' ? [] : ['image.too-old'],
    });
  });

  it.each<[string, Evidence, string]>([
    ['within the validity of its certificate', keyless(young, { certifiedSince: '2026-06-14T23:59:00Z' }), 'allow'],
    ['whose certificate is not reported', keyless(young), 'allow'],
    ['late in the life of a certificate that is old itself', keyless(young, { certifiedSince: old }), 'block'],
    ['long ago', keyless(old, { certifiedSince: old }), 'block'],
    ['logged, which counts by itself', keyless(young, { timeSource: 'log', certifiedSince: old }), 'allow'],
  ])('a keyless signature, stamped %s', async (_, evidence, status) => {
    const policy = rule(`signedBy: [{${asked}}]\n    require: {maxAge: 30d}`);
    expect(await verdict(policy, inputOf(name, [evidence]))).toMatchObject({ status });
  });

  it('would be renewed by a stamp, if a stamp beside a key counted as one in the life of a certificate does', async () => {
    const policy = rule(`signedBy: [{key: acme.pub}, {${asked}}]\n    require: {maxAge: 30d}`);
    for (const [evidence, status] of [
      [stamped(young), 'block'],
      [keyless(young), 'allow'],
    ] as const)
      expect(await verdict(policy, inputOf(name, [logged(old), evidence]))).toMatchObject({ status });
  });

  it.each<[string, readonly Evidence[], ReturnType<typeof lockOf>, string]>([
    ['where nothing else is proven', [logged(null)], lockOf(image, '2026-06-20T00:00:00Z'), 'allow'],
    ['where nothing but a stamp is there', [stamped(young)], lockOf(image, '2026-06-20T00:00:00Z'), 'allow'],
    ['and not where a log says otherwise', [logged(old)], lockOf(image, '2026-06-20T00:00:00Z'), 'block'],
    ['and not where it is old as well', [logged(null)], lockOf(image, old), 'block'],
    ['and not where it was written ahead', [logged(null)], lockOf(image, '2031-01-01T00:00:00Z'), 'block'],
    ['and not that of another digest', [logged(null)], lockOf(digestOf('x'), '2026-06-20T00:00:00Z'), 'block'],
  ])("takes the lock's time %s", async (_, evidence, layers, status) => {
    expect(await verdict(project, inputOf(name, evidence), layers)).toMatchObject({ status });
  });
});

describe('require.minAge', () => {
  const project = signed('require: {minAge: 30d}');

  it.each<[string, readonly Evidence[], string]>([
    ['logged long ago', [logged(old)], 'allow'],
    ['logged just long enough ago', [logged('2026-06-01T00:00:00Z')], 'allow'],
    ['logged too late', [logged('2026-06-01T00:00:01Z')], 'block'],
    ['stamped long ago', [stamped(old)], 'allow'],
    ['stamped too late', [stamped(young)], 'block'],
    ['signed long ago and again of late', [logged(old), logged(young)], 'allow'],
    ['signed long ago by somebody else', [logged(young), byKey(other, { time: old })], 'block'],
    ["stamped by an authority that is not the layer's", [stamped(old, { trustedRoot: 'x', materials: [] })], 'block'],
    ['of unknown age', [logged(null)], 'block'],
    ['of a time that is none', [logged('long ago')], 'block'],
  ])('%s', async (_, evidence, status) => {
    expect(await verdict(project, inputOf(name, evidence))).toMatchObject({
      status,
      codes: status === 'allow' ? [] : ['image.too-new'],
    });
  });

  it.each<[string, Evidence, string]>([
    ['long ago', keyless(old, { certifiedSince: old }), 'allow'],
    ['of late, whatever its certificate says', keyless(young, { certifiedSince: old }), 'block'],
  ])('a keyless signature, stamped %s', async (_, evidence, status) => {
    const policy = rule(`signedBy: [{${asked}}]\n    require: {minAge: 30d}`);
    expect(await verdict(policy, inputOf(name, [evidence]))).toMatchObject({ status });
  });

  const two = [
    { platform: 'linux/amd64', digest: digestOf('amd64') },
    { platform: 'linux/arm64', digest: digestOf('arm64') },
  ];
  it.each([
    ['both long ago', old, old, 'allow'],
    ['one of them of late', old, young, 'block'],
    ['one of them at an unknown time', old, null, 'block'],
  ])('two platforms, signed %s', async (_, first, second, status) => {
    const evidence = [logged(first, { subject: digestOf('amd64') }), logged(second, { subject: digestOf('arm64') })];
    expect(await verdict(project, inputOf(name, evidence, { image: { platforms: two } }))).toMatchObject({ status });
  });

  it.each<[string, readonly Evidence[], ReturnType<typeof lockOf>, string]>([
    ['where nothing else is proven', [logged(null)], lockOf(image, old), 'allow'],
    ['and not where a log says otherwise', [logged(young)], lockOf(image, old), 'block'],
    ['and not where it is young as well', [logged(null)], lockOf(image, young), 'block'],
  ])("takes the lock's time %s", async (_, evidence, layers, status) => {
    expect(await verdict(project, inputOf(name, evidence), layers)).toMatchObject({ status });
  });

  it('counts for what is locked and unsigned', async () => {
    const policy = rule('locked: true\n    require: {minAge: 30d}');
    for (const [lockedAt, status] of [
      [old, 'allow'],
      [young, 'block'],
    ] as const)
      expect(await verdict(policy, inputOf(name), lockOf(image, lockedAt))).toMatchObject({ status });
  });

  it('waits for what could not be looked up', async () => {
    const input = inputOf(name, [logged(young)], { collectProblems: [{ message: 'the registry says 500' }] });
    expect(await verdict(project, input)).toMatchObject({ status: 'error', codes: ['image.unverifiable'] });
  });
});

describe('both ages', () => {
  it.each([
    ['within both', '2026-06-15T00:00:00Z', []],
    ['too young', '2026-06-30T00:00:00Z', ['image.too-new']],
    ['too old', old, ['image.too-old']],
  ])('%s', async (_, time, codes) => {
    const project = signed('require: {minAge: 7d, maxAge: 30d}');
    expect(await verdict(project, inputOf(name, [logged(time)]))).toMatchObject({ codes });
  });

  it.each([
    ['30m', '30 minutes'],
    ['1h', '1 hour'],
    ['36h', '1.5 days'],
    ['1d', '1 day'],
  ])('of %s are said as %s', async (age, said) => {
    const { decision } = await verdict(signed(`require: {minAge: ${age}}`), inputOf(name, [logged(later)]));
    expect(decision.findings[0]?.expected).toBe(`signed at least ${said} ago`);
  });

  it('may be the same, and not the wrong way round', async () => {
    expect(await verdict(signed('require: {minAge: 7d, maxAge: 1w}'), inputOf(name))).toMatchObject({
      codes: ['signature.missing'],
    });
    await expect(verdict(signed('require: {minAge: 8d, maxAge: 1w}'), inputOf(name))).rejects.toThrow(
      /minAge is longer than maxAge/,
    );
  });
});
