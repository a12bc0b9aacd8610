import { describe, expect, it } from 'vitest';
import type { JudgedImage } from '../../../../../src/gate/examine/judge/judged-image.ts';
import { settlePlatforms } from '../../../../../src/gate/examine/judge/settle-platforms.ts';
import type { Pipeline } from '../../../../../src/gate/session/pipeline.ts';
import type { Decision } from '../../../../../src/model/index.ts';

const digests = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];
// nothing else of a pipeline is looked at
const pipeline = (mode: 'enforce' | 'warn', layer: 'project' | 'builtin' = 'project') =>
  ({ policies: { mode, layers: [{ layer }], sideMode: layer === 'builtin' ? 'warn' : mode } }) as unknown as Pipeline; // all that is asked of a pipeline here

function examined(platforms: readonly string[], decision: Partial<Decision>): JudgedImage {
  const whole = {
    status: 'allow',
    basis: 'signature',
    verified: true,
    findings: [],
    platformDigests: null,
    ...decision,
  };
  // nothing else of an image is looked at
  return { use: { platforms }, resolved: null, decision: whole } as unknown as JudgedImage; // all that is read of an image here
}

const outcome = ({ decision: { status, verified, basis, platformDigests, findings } }: JudgedImage) => ({
  status,
  verified,
  basis,
  platformDigests,
  codes: findings.map(({ code }) => code),
});
const both = ['linux/amd64', 'linux/arm64'];

describe('an image whose platforms are vouched for one by one', () => {
  it('is let through for one platform, by the digest of its manifest', () => {
    const one = examined(['linux/amd64'], { platformDigests: digests.slice(0, 1) });
    expect(settlePlatforms(pipeline('enforce'), one)).toBe(one);
  });

  it.each([
    ['for several platforms', both, digests, false],
    ['for several platforms with one manifest', both, [digests[0] ?? '', digests[0] ?? ''], false],
    ['in a layout', ['linux/amd64'], digests.slice(0, 1), true],
  ] as const)('is refused %s', (_what, platforms, platformDigests, isLayout) => {
    const image = examined(platforms, { platformDigests });
    expect(outcome(settlePlatforms(pipeline('enforce'), image, { isLayout }))).toEqual({
      status: 'block',
      verified: false,
      basis: 'none',
      platformDigests: null,
      codes: ['signature.platform-uncovered'],
    });
    expect(outcome(settlePlatforms(pipeline('warn'), image, { isLayout }))).toMatchObject({
      status: 'warn',
      verified: false,
    });
  });

  it.each([
    ['for several platforms', false],
    ['in a layout', true],
  ])('is let through unverified %s where there is no policy', (_what, isLayout) => {
    const settled = settlePlatforms(pipeline('enforce', 'builtin'), examined(both, { platformDigests: digests }), {
      isLayout,
    });
    expect(outcome(settled)).toMatchObject({ status: 'warn', verified: false, basis: 'none', platformDigests: null });
    expect(settled.decision.findings).toMatchObject([{ code: 'signature.platform-uncovered', level: 'warning' }]);
  });

  it('is left alone where it is refused already, or its index is vouched for', () => {
    for (const image of [examined(both, { platformDigests: digests, status: 'block' }), examined(both, {})])
      expect(settlePlatforms(pipeline('enforce'), image)).toBe(image);
  });
});
