import { describe, expect, it } from 'vitest';
import { classicLocalImage } from '../../../../../src/gate/examine/gather/resolve-use.ts';
import { pinsOf } from '../../../../../src/gate/run/plan/pins.ts';
import type { Finding } from '../../../../../src/model/index.ts';
import { digestFor } from '../../../records/support.ts';
import { judgedImage, resolvedImage } from '../../judged-images.ts';

const pinsOfOne = (more: Parameters<typeof judgedImage>[0]) => pinsOf([judgedImage(more)], [], []);
const root = { mediaType: classicLocalImage, digest: digestFor('config'), size: 0 };
const chainIds = { 'linux/amd64': digestFor('chain') };

describe('what the builder may use', () => {
  it.each(['allow', 'warn'] as const)('is by its digest what was let through: %s', (status) => {
    expect(pinsOfOne({ decision: { status } })).toMatchObject({ pins: [{ digest: digestFor('app') }], unpinned: [] });
  });

  it.each(['block', 'error'] as const)('is nothing that was refused: %s', (status) => {
    expect(pinsOfOne({ decision: { status }, resolved: null })).toMatchObject({ pins: [], unpinned: [] });
    expect(pinsOfOne({ decision: { status } })).toMatchObject({ pins: [], unpinned: [] });
    expect(pinsOf([], [judgedImage({ decision: { status } })], []).layouts).toEqual([]);
  });

  it('is at any digest what could not be looked up and was let through all the same', () => {
    expect(pinsOfOne({ resolved: null, decision: { status: 'warn' } })).toMatchObject({
      pins: [],
      unpinned: [{ anyDigest: true, reason: 'it could not be looked up' }],
    });
  });

  it('is from the local store what only that has, by its layers where it has any', () => {
    const [withLayers] = pinsOfOne({ resolved: resolvedImage({ root, chainIds }) }).unpinned;
    expect(withLayers).toMatchObject({ anyDigest: false, chainId: digestFor('chain') });
    const [without] = pinsOfOne({ resolved: resolvedImage({ root }) }).unpinned;
    expect(without).toMatchObject({ anyDigest: false, reason: 'it is only in the local store' });
    expect(without).not.toHaveProperty('chainId');
  });

  it('is at any digest what a local image stands before: Docker chooses', () => {
    const said = { level: 'warning', message: '', expected: null, found: null, hint: null } as const;
    const withFinding = (code: Finding['code']) => pinsOfOne({ decision: { findings: [{ ...said, code }] } });
    expect(withFinding('image.local-shadow').unpinned).toMatchObject([{ anyDigest: true }]);
    expect(withFinding('policy.exception').unpinned).toEqual([]);
  });

  it('is the index and all below it, unless only some platforms are vouched for', () => {
    const image = { resolved: resolvedImage({ chainIds }) };
    expect(pinsOfOne(image).pins).toMatchObject([{ wholeIndex: true, platformDigests: [], chainIds }]);
    const vouched = pinsOfOne({ ...image, decision: { platformDigests: [digestFor('app'), 'no digest'] } });
    expect(vouched.pins).toMatchObject([{ wholeIndex: false, platformDigests: [digestFor('app')], chainIds }]);
    const another = pinsOfOne({ ...image, decision: { platformDigests: [digestFor('other')] } });
    expect(another.pins).toMatchObject([{ platformDigests: [digestFor('other')], chainIds: {} }]);
  });

  it('is a layout at its digest, or unread where it could not be read and was let through', () => {
    expect(pinsOf([], [judgedImage()], []).layouts).toEqual([
      { identifier: 'oci-layout://docker.io/library/app:1', digest: digestFor('app') },
    ]);
    expect(pinsOf([], [judgedImage({ resolved: null, decision: { status: 'warn' } })], []).layouts).toMatchObject([
      { digest: null },
    ]);
  });
});
