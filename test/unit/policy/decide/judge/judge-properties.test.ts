import { describe, expect, it } from 'vitest';
import { byKey, image, inputOf } from '../../support/evidence.ts';
import { acme, name, signed, verdict } from '../../support/verdict.ts';

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
