import { describe, expect, it } from 'vitest';
import { chainIdOf, readImageConfig } from '../../../../src/oci/content/image-config.ts';

const [one, two] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];

const bytes = (config: unknown): Buffer => Buffer.from(JSON.stringify(config));

describe('chainIdOf', () => {
  it('tells layers in another order apart', () => {
    expect(chainIdOf([one, two])).not.toBe(chainIdOf([two, one]));
  });

  it.each([[undefined], [null], ['x'], [[]], [[one, 'x']], [[one, 1]], [{ 0: one }]])('is none of %j', (diffIds) => {
    expect(chainIdOf(diffIds)).toBeNull();
  });
});

describe('readImageConfig', () => {
  it('reads triggers and layers, by names in any case as Go does', () => {
    const config = { config: { OnBuild: ['RUN x'] }, RootFS: { Type: 'layers', Diff_IDs: [one, two] } };
    expect(readImageConfig(bytes(config), 'x')).toEqual({ onbuild: ['RUN x'], chainId: chainIdOf([one, two]) });
  });

  it.each([
    [{}],
    [{ rootfs: null }],
    [{ rootfs: { type: 'layers', diff_ids: [] } }],
    [{ rootfs: { type: 'other', diff_ids: [one] } }],
    [{ rootfs: { diff_ids: [one] } }],
  ])('has no chain identifier where there are no layers as the specification has them: %j', (config) => {
    expect(readImageConfig(bytes(config), 'x')).toEqual({ onbuild: [], chainId: null });
  });

  it('refuses what is no JSON', () => {
    expect(() => readImageConfig(Buffer.from('{'), 'x')).toThrow('is not JSON');
  });
});
