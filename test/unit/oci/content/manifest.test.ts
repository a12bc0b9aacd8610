import { describe, expect, it } from 'vitest';
import { parseManifest, parseReferrersPage } from '../../../../src/oci/content/manifest.ts';
import { mediaTypes } from '../../../../src/oci/content/media-types.ts';
import { sha256 } from '../memory-registry.ts';

const digest = sha256('x');
const descriptor = { mediaType: mediaTypes.ociManifest, digest, size: 1 };
const read = (document: object | string, served: string | null = null) =>
  parseManifest(Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)), served, 'image');
const index = (entry: object) => ({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [entry] });

describe('a list that is null or left out', () => {
  it.each([
    ['an index', { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: null }],
    ['an index that says so by its type alone', { schemaVersion: 2, mediaType: mediaTypes.ociIndex }],
  ])('is empty in %s', (_what, document) => {
    expect(read(document)).toMatchObject({ kind: 'index', manifests: [] });
  });

  it.each([[{ layers: null }], [{}], [{ layers: [] }]])('is empty in a manifest with %j', (layers) => {
    const document = { schemaVersion: 2, config: descriptor, annotations: null, subject: null, ...layers };
    expect(read(document)).toMatchObject({ kind: 'manifest', layers: [], annotations: {}, subject: null });
  });

  it('is empty in a listing', () => {
    for (const text of ['{"manifests":null}', '{}']) {
      expect(parseReferrersPage(Buffer.from(text), 'listing')).toEqual({ manifests: [], malformed: 0 });
    }
  });

  it('does not make one of both of an index and a manifest', () => {
    expect(() => read({ schemaVersion: 2, manifests: [], layers: null })).toThrow(/index and as a manifest/);
    expect(() => read({ schemaVersion: 2, config: descriptor, manifests: null })).toThrow(/index and as a manifest/);
  });

  it('is an empty annotation where its value is null', () => {
    expect(read(index({ ...descriptor, annotations: { a: null } }))).toMatchObject({
      manifests: [{ annotations: { a: '' } }],
    });
  });
});

describe('an entry of an index', () => {
  it.each([
    ['no platform', {}, undefined],
    ['a platform that is null', { platform: null }, undefined],
    ['an empty platform', { platform: {} }, null],
    ['no architecture', { platform: { os: 'linux' } }, null],
    ['no system', { platform: { architecture: 'amd64' } }, 'linux/amd64'],
    ['an unknown platform', { platform: { os: 'unknown', architecture: 'unknown' } }, null],
    ['a platform with a slash', { platform: { os: 'linux', architecture: 'amd64/v2' } }, null],
    [
      'features that are null',
      { platform: { os: 'linux', architecture: 'amd64', 'os.features': null } },
      'linux/amd64',
    ],
  ])('has %s', (_what, more, platform) => {
    const manifest = read(index({ ...descriptor, ...more }));
    expect(manifest.kind === 'index' ? manifest.manifests[0]?.platform : 'none').toBe(platform);
  });

  it.each([
    ['its digest', { Digest: digest }],
    ['its platform', { PLATFORM: {} }],
    ['its type', { mediatype: 'x' }],
    ['a field of its platform', { platform: { OS: 'linux', architecture: 'amd64' } }],
    ['its annotations', { Annotations: {} }],
  ])('is refused where %s is spelled in another case, with which Go would read it', (_what, more) => {
    expect(() => read(index({ ...descriptor, ...more }))).toThrow(/could be read as/);
  });

  it('may have annotations that are called like fields', () => {
    expect(read(index({ ...descriptor, annotations: { MediaType: 'x', DIGEST: 'y' } }))).toBeDefined();
  });

  it.each(['config', 'layers', 'subject'])('is spelled as strictly in %s', (field) => {
    const wrong = { ...descriptor, Digest: digest };
    const manifest = {
      schemaVersion: 2,
      config: descriptor,
      layers: [],
      [field]: field === 'layers' ? [wrong] : wrong,
    };
    expect(() => read(manifest)).toThrow(/could be read as digest/);
  });
});
