import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../../src/model/index.ts';
import { sbomDocuments } from '../../../../src/oci/attached/sbom-document.ts';
import type { ImageManifest } from '../../../../src/oci/index.ts';

const subject = parseDigest(`sha256:${'1'.repeat(64)}`);
const carrier = parseDigest(`sha256:${'2'.repeat(64)}`);

function manifest(artifactType: string | null, ...layers: readonly string[]): ImageManifest {
  return {
    kind: 'manifest',
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType,
    annotations: {},
    subject: null,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: carrier, size: 2 },
    layers: layers.map((mediaType) => ({ mediaType, digest: carrier, size: 2 })),
  };
}

function typesOf(artifactType: string | null, ...layers: readonly string[]): readonly string[] {
  return sbomDocuments(manifest(artifactType, ...layers), subject, carrier).map(({ predicateType }) => predicateType);
}

describe('an SBOM that is attached as it is', () => {
  it.each([
    ['application/spdx+json', 'https://spdx.dev/Document'],
    ['text/spdx+json', 'https://spdx.dev/Document'],
    ['application/vnd.spdx+json; charset=utf-8', 'https://spdx.dev/Document'],
    ['application/vnd.cyclonedx+json', 'https://cyclonedx.org/bom'],
    ['application/vnd.syft+json', 'application/vnd.syft+json'],
  ])('is known by its layer of type %s', (type, expected) => {
    expect(typesOf(null, type)).toEqual([expected]);
  });

  it('is known by the type of the manifest where it has one layer, of any type', () => {
    expect(typesOf('application/spdx+json', 'application/octet-stream')).toEqual(['https://spdx.dev/Document']);
    expect(typesOf('application/spdx+json', 'application/octet-stream', 'text/plain')).toEqual([]);
  });

  it.each(['application/vnd.cyclonedx+xml', 'text/spdx', 'application/json', 'x-application/spdx+json'])(
    'is none of type %s',
    (type) => {
      expect(typesOf(null, type)).toEqual([]);
    },
  );
});
