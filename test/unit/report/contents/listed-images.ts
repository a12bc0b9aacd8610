import { type ImagePackages, parseDigest } from '../../../../src/model/index.ts';

const digest = parseDigest(`sha256:${'1'.repeat(64)}`);

/** An image with an SBOM that tells what its base brings and what its own layers bring. */
export const listedImage: ImagePackages = {
  name: 'registry.example.com/acme/app:1',
  digest,
  trust: 'unsigned',
  base: { name: 'docker.io/library/debian:13', digest },
  sboms: [
    {
      digest,
      platform: 'linux/amd64',
      format: 'SPDX 2.3',
      packages: 2,
      trust: 'signed',
      signer: { kind: 'key', sha256: 'a'.repeat(64), name: 'acme' },
      reason: null,
    },
  ],
  packages: [
    {
      name: 'liblzma5',
      version: '5.6.1-1',
      purl: 'pkg:deb/debian/liblzma5@5.6.1-1',
      origin: 'base',
      layer: null,
      trust: 'signed',
      platforms: ['linux/amd64'],
    },
    { name: 'left-pad', version: '', purl: null, origin: 'own', layer: null, trust: 'unsigned', platforms: [] },
  ],
  problems: [],
};

/** An image of which nothing is known. */
export const imageWithout: ImagePackages = {
  name: 'registry.example.com/acme/bare:1',
  digest,
  trust: 'none',
  base: null,
  sboms: [],
  packages: [],
  problems: ['the registry does not answer'],
};
