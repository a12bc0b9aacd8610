import { describe, expect, it } from 'vitest';
import { type AuditRequest, auditMaterials } from '../../../../src/builder/audit/audit.ts';
import { type Digest, type Pin, type PinSet, parseCanonicalName, parseDigest } from '../../../../src/model/index.ts';

const digest = (digit: string): Digest => parseDigest(`sha256:${digit.repeat(64)}`);
const [one, two] = [digest('1'), digest('2')];

function v02(...materials: readonly (readonly [uri: string, digest: Digest | null])[]): unknown {
  return {
    buildType: 'https://mobyproject.org/buildkit@v1',
    materials: materials.map(([uri, value]) => ({
      uri,
      ...(value === null ? {} : { digest: { sha256: value.slice(7) } }),
    })),
  };
}

function v1(...materials: readonly (readonly [uri: string, digest: Digest])[]): unknown {
  const resolvedDependencies = materials.map(([uri, value]) => ({ uri, digest: { sha256: value.slice(7) } }));
  return { buildDefinition: { resolvedDependencies }, runDetails: {} };
}

const pin = (name: string, options: Partial<Pin> = {}): Pin => ({
  name: parseCanonicalName(name),
  digest: one,
  platformDigests: [],
  wholeIndex: true,
  chainIds: {},
  ...options,
});

function audit(
  provenance: unknown,
  pins: Partial<PinSet>,
  request: Partial<AuditRequest> = {},
): ReturnType<typeof auditMaterials> {
  return auditMaterials({
    metadata: { 'buildx.build.provenance': provenance, 'buildx.build.ref': 'b/n/1', 'containerimage.digest': two },
    verb: 'build',
    targets: [{ name: 'default', platforms: ['linux/amd64'] }],
    pins: { pins: [], unpinned: [], layouts: [], sources: [], ...pins },
    targetsWithImages: ['default'],
    targetsOfNothing: [],
    pushed: null,
    ...request,
  });
}

const base = 'pkg:docker/127.0.0.1:5000/base@1?platform=linux%2Famd64';

describe('auditMaterials', () => {
  it('accepts an image at the digest that was verified', () => {
    const result = audit(v02([base, one]), { pins: [pin('127.0.0.1:5000/base:1')] });
    expect(result).toMatchObject({ audited: true, unverified: [], ref: 'b/n/1', digest: two });
    expect(result.materials).toEqual([{ uri: base, digest: one }]);
  });

  it('reads SLSA 1.0 as well', () => {
    expect(audit(v1([base, one]), { pins: [pin('x')] }).unverified).toEqual([]);
    expect(audit(v1([base, two]), { pins: [pin('x')] }).unverified).toEqual([base]);
  });

  it.each<readonly [string, unknown, Partial<PinSet>]>([
    ['another digest', v02([base, two]), { pins: [pin('127.0.0.1:5000/base:1')] }],
    [
      'the index where only a platform was verified',
      v02([base, one]),
      { pins: [pin('x', { wholeIndex: false, platformDigests: [two] })] },
    ],
    ['a local image that was not let through', v02([base, null]), { pins: [pin('127.0.0.1:5000/base:1')] }],
    ['a layout at another digest', v02(['pkg:oci/base@1', two]), { layouts: [{ identifier: 'x', digest: one }] }],
    ['digests that contradict each other', v02([`${base}&digest=${two}`, one]), { pins: [pin('x')] }],
    ['a kind of image not yet invented', v02(['docker-image+future://x', one]), {}],
    [
      'a local image of another name than was let through',
      v02([base, two]),
      { unpinned: [{ name: parseCanonicalName('127.0.0.1:5000/base:2'), anyDigest: false, reason: '' }] },
    ],
    [
      'a local image whose name stood for other layers by then',
      v02([base, two]),
      { unpinned: [{ name: parseCanonicalName('127.0.0.1:5000/base:1'), anyDigest: false, reason: '', chainId: one }] },
    ],
  ])('reports %s', (_title, provenance, pins) => {
    const result = audit(provenance, pins);
    expect(result.unverified).toEqual(result.materials.map(({ uri }) => uri));
    expect(result.unverified).toHaveLength(1);
  });

  it('accepts a platform, a layout, a local image, and what is no image', () => {
    const result = audit(
      v02(
        [base, two],
        ['pkg:oci/layout@1', one],
        ['pkg:docker/mine@1?platform=linux%2Famd64', null],
        ['https://github.com/a/b#main', null],
      ),
      {
        pins: [pin('x', { wholeIndex: false, platformDigests: [two] })],
        layouts: [{ identifier: 'layout', digest: one }],
        unpinned: [{ name: parseCanonicalName('mine:1'), anyDigest: false, reason: 'local' }],
      },
    );
    expect(result.unverified).toEqual([]);
  });

  it('accepts a local image of the layers that were looked at', () => {
    const unpinned = [
      { name: parseCanonicalName('127.0.0.1:5000/base:1'), anyDigest: false, reason: '', chainId: one },
    ];
    expect(audit(v02([base, one]), { unpinned }).unverified).toEqual([]);
  });

  it('reads every platform of a build for several', () => {
    const metadata = {
      'buildx.build.provenance/linux/amd64': v02([base, one]),
      'buildx.build.provenance/linux/arm64': v02([base.replace('amd64', 'arm64'), two]),
    };
    const result = audit(null, { pins: [pin('x')] }, { metadata });
    expect(result.unverified).toEqual([base.replace('amd64', 'arm64')]);
    expect(result.audited).toBe(true);
  });

  it('is no audit where a platform has no record, unless one record stands for all', () => {
    const targets = [{ name: 'default', platforms: ['linux/amd64', 'linux/arm64'] }];
    const pins = { pins: [pin('x')] };
    const some = { 'buildx.build.provenance/linux/amd64': v02([base, one]) };
    expect(audit(null, pins, { metadata: some, targets })).toMatchObject({ audited: false, unverified: [] });
    const all = { 'buildx.build.provenance': v02([base, one]) };
    expect(audit(null, pins, { metadata: all, targets })).toMatchObject({ audited: true, unverified: [] });
  });

  it.each([
    ['no metadata', null],
    ['metadata without provenance', { 'buildx.build.ref': 'b/n/1' }],
    ['no material though the Dockerfile takes an image', { 'buildx.build.provenance': { materials: null } }],
  ])('is no audit where there is %s', (_title, metadata) => {
    expect(audit(null, { pins: [pin('x')] }, { metadata }).audited).toBe(false);
  });

  it('is an audit where a Dockerfile takes no image and there is no material', () => {
    const metadata = { 'buildx.build.provenance': { materials: null } };
    expect(audit(null, {}, { metadata, targetsWithImages: [] }).audited).toBe(true);
  });

  it('misses nothing where a target uses nothing, whatever its form', () => {
    const nothing = { targetsWithImages: [], targetsOfNothing: ['default'] };
    const several = [{ name: 'default', platforms: ['linux/amd64', 'linux/arm64'] }];
    const complete = { audited: true, unverified: [], unrecorded: [] };
    expect(audit(null, {}, { ...nothing, metadata: null })).toMatchObject(complete);
    expect(audit(null, {}, { ...nothing, metadata: {}, targets: several })).toMatchObject(complete);
    expect(audit(null, {}, { metadata: {}, targetsWithImages: [] }).audited).toBe(false);
  });

  it('compares what is recorded of such a target all the same', () => {
    const result = audit(v02([base, one]), {}, { targetsWithImages: [], targetsOfNothing: ['default'] });
    expect(result.unverified).toEqual([base]);
  });

  it('names what lacks a record', () => {
    const some = { 'buildx.build.provenance/linux/amd64': v02([base, one]) };
    const targets = ['a', 'b', 'c'].map((name) => ({ name, platforms: ['linux/amd64', 'linux/arm64'] }));
    const metadata = { a: some, c: {} };
    const request = { metadata, verb: 'bake', targets, targetsOfNothing: ['c'] } as const;
    expect(audit(null, { pins: [pin('x')] }, request)).toMatchObject({
      audited: false,
      unrecorded: ['a for linux/arm64', 'b'],
    });
  });

  it('reads a bake target by target, and misses none', () => {
    const metadata = {
      a: { 'buildx.build.provenance': v02([base, one]) },
      b: { 'buildx.build.provenance': v02([base, two]) },
    };
    const targets = (...names: readonly string[]): AuditRequest['targets'] =>
      names.map((name) => ({ name, platforms: ['linux/amd64'] }));
    const request = { metadata, verb: 'bake', targets: targets('a', 'b'), targetsWithImages: ['a', 'b'] } as const;
    expect(audit(null, { pins: [pin('x')] }, request)).toMatchObject({
      audited: true,
      unverified: [base],
      digest: null,
    });
    expect(audit(null, { pins: [pin('x')] }, { ...request, targets: targets('a', 'c') }).audited).toBe(false);
  });

  it('names what was pushed only where something was', () => {
    const metadata = { 'buildx.build.provenance': v02([base, one]), 'image.name': 'r.example/a:1,r.example/a:2' };
    const pins = { pins: [pin('x')] };
    expect(audit(null, pins, { metadata, pushed: [] }).pushed).toEqual(['r.example/a:1', 'r.example/a:2']);
    const merged = { 'buildx.build.provenance': v02([base, one]) };
    expect(audit(null, pins, { metadata: merged, pushed: ['r.example/a:3'] }).pushed).toEqual(['r.example/a:3']);
    expect(audit(null, pins, { metadata }).pushed).toEqual([]);
  });

  describe('of a context that was read before the build', () => {
    const context = { name: 'example.com/b.git#main', conversions: [], attributes: {}, hash: 'c'.repeat(40) };
    const made = (hash: string) => ({ materials: [{ uri: 'git://example.com/b.git#x', digest: { sha1: hash } }] });

    it('accepts the commit that was read', () => {
      expect(audit(made(context.hash), { sources: [context] }, { targetsWithImages: [] }).unverified).toEqual([]);
    });

    it.each([
      ['another commit', made('d'.repeat(40))],
      ['nothing of it', { materials: [] }],
    ])('tells that the builder used %s', (_, provenance) => {
      expect(audit(provenance, { sources: [context] }, { targetsWithImages: [] }).unverified).toEqual([
        `example.com/b.git#main at other than ${context.hash}`,
      ]);
    });
  });
});
