import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../src/model/index.ts';
import { byKey, digestOf, image, inputOf } from './support/evidence.ts';
import { acme, files, name, other, signed, verdict } from './support/verdict.ts';

describe('require.maxAge', () => {
  const project = signed('require: {maxAge: 30d}');
  const timed = (time: string | null) => byKey(acme, { time });

  it.each<[string, readonly Evidence[], string]>([
    ['young enough', [timed('2026-06-15T00:00:00Z')], 'allow'],
    ['just young enough', [timed('2026-06-01T00:00:00Z')], 'allow'],
    ['too old', [timed('2026-05-31T23:59:59Z')], 'block'],
    ['of unknown age', [timed(null)], 'block'],
    ['signed long ago and again of late', [timed('2020-01-01T00:00:00Z'), timed('2026-06-15T00:00:00Z')], 'allow'],
    [
      'signed of late by somebody else',
      [timed('2020-01-01T00:00:00Z'), byKey(other, { time: '2026-06-15T00:00:00Z' })],
      'block',
    ],
    [
      "timed by a log that is not the layer's",
      [byKey(acme, { time: '2026-06-15T00:00:00Z', trustedRoot: 'x', materials: [] })],
      'block',
    ],
  ])('%s', async (_, evidence, status) => {
    expect(await verdict(project, inputOf(name, evidence))).toMatchObject({
      status,
      codes: status === 'allow' ? [] : ['image.too-old'],
    });
  });

  it("takes the lock's time where nothing else is proven", async () => {
    const lock = (digest: string) => ({
      files: {
        ...files,
        'docker-verify.lock.json': JSON.stringify({
          lockVersion: 1,
          images: { [name]: { digest, signer: null, lockedAt: '2026-06-20T00:00:00Z' } },
        }),
      },
    });
    expect(await verdict(project, inputOf(name, [timed(null)]), lock(image))).toMatchObject({ status: 'allow' });
    expect(await verdict(project, inputOf(name, [timed(null)]), lock(digestOf('x')))).toMatchObject({
      status: 'block',
    });
  });
});

describe('require.digest', () => {
  it('asks for a digest in the name', async () => {
    const project = signed('require: {digest: true}');
    expect(await verdict(project, inputOf(name, [byKey(acme)]))).toMatchObject({
      status: 'block',
      codes: ['image.digest-required'],
    });
    expect(await verdict(project, inputOf(`${name}@${image}`, [byKey(acme)]))).toMatchObject({ status: 'allow' });
  });
});

describe('require.packages', () => {
  const project = signed('require: {packages: {deny: ["xz-utils@5.6.0 - 5.6.1"], max: 100}}');
  it.each([
    ['no signed SBOM', null, 'block', ['package.unknown']],
    ['few packages', { count: 100, denied: {} }, 'allow', []],
    ['too many', { count: 101, denied: {} }, 'block', ['package.too-many']],
    [
      'a denied one',
      { count: 1, denied: { 'xz-utils@5.6.0 - 5.6.1': ['liblzma5 5.6.1'] } },
      'block',
      ['package.denied'],
    ],
    ['one that another policy denies', { count: 1, denied: { 'other@1': ['other 1'] } }, 'allow', []],
  ])('%s', async (_, packages, status, codes) => {
    expect(await verdict(project, inputOf(name, [byKey(acme)], { packages }))).toMatchObject({ status, codes });
  });
});
