import { describe, expect, it } from 'vitest';
import { readSbom } from '../../../../src/inventory/sbom/read-sbom.ts';

const layer = `sha256:${'a'.repeat(64)}`;
const liblzma = 'pkg:deb/debian/liblzma5@5.6.1-1?arch=amd64&upstream=xz-utils&distro=debian-13';

/** As BuildKit's scanner (syft) writes SPDX: the layer stands beside the file that shows the package. */
const fromBuildKit = {
  spdxVersion: 'SPDX-2.3',
  packages: [
    {
      SPDXID: 'SPDXRef-lzma',
      name: 'liblzma5',
      versionInfo: '5.6.1-1',
      externalRefs: [
        { referenceCategory: 'SECURITY', referenceType: 'cpe23Type', referenceLocator: 'cpe:2.3:a:x' },
        { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: liblzma },
      ],
    },
    { SPDXID: 'SPDXRef-root', name: '.', primaryPackagePurpose: 'CONTAINER' },
  ],
  files: [{ SPDXID: 'SPDXRef-File', fileName: '/var/lib/dpkg/status', comment: `layerID: ${layer}` }],
  relationships: [
    {
      spdxElementId: 'SPDXRef-lzma',
      relatedSpdxElement: 'SPDXRef-File',
      relationshipType: 'OTHER',
      comment: 'evident-by: indicates the package is evident by the given file',
    },
  ],
};

const fromCycloneDx = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  components: [
    {
      type: 'library',
      name: 'liblzma5',
      version: '5.6.1-1',
      purl: liblzma,
      properties: [{ name: 'syft:location:0:layerID', value: layer }],
    },
    { type: 'operating-system', name: 'debian', version: '13' },
  ],
};

const fromSyft = {
  schema: { version: '16.0.0' },
  artifacts: [
    {
      name: 'liblzma5',
      version: '5.6.1-1',
      type: 'deb',
      purl: liblzma,
      locations: [{ path: '/var/lib/dpkg/status', layerID: layer }],
      metadata: { source: 'xz-utils' },
    },
  ],
};

describe('an SBOM that can be read', () => {
  it.each([
    ['SPDX 2.3', fromBuildKit],
    ['SPDX 2.2', { ...fromBuildKit, spdxVersion: 'SPDX-2.2' }],
    ['CycloneDX 1.6', fromCycloneDx],
    ['CycloneDX 1.4', { ...fromCycloneDx, specVersion: '1.4' }],
    ['CycloneDX 1.7', { ...fromCycloneDx, specVersion: '1.7' }],
    ['syft JSON', fromSyft],
  ])('%s names version, package URL, source, distribution and layer of a package', (format, document) => {
    const reading = readSbom(document);
    expect(reading).toMatchObject({ ok: true, format, isComplete: true });
    expect(reading.ok && reading.packages.filter(({ isSoftware }) => isSoftware)).toEqual([
      {
        name: 'liblzma5',
        names: ['liblzma5', 'debian/liblzma5', 'debian:liblzma5'],
        version: '5.6.1-1',
        purl: liblzma,
        type: 'deb',
        namespace: 'debian',
        distribution: 'debian-13',
        source: { name: 'xz-utils', version: '' },
        layer,
        isSoftware: true,
      },
    ]);
  });

  it('takes the source that SPDX or syft writes where the package URL names none', () => {
    const spdx = { name: 'a', versionInfo: '1-1', sourceInfo: 'built package from: b 2-1' };
    const syft = { name: 'a', version: '1-r0', metadata: { originPackage: 'b' } };
    const trivy = [
      { name: 'aquasecurity:trivy:SrcName', value: 'b' },
      { name: 'aquasecurity:trivy:SrcVersion', value: '2-1' },
    ];
    const sourceOf = (document: unknown): unknown => {
      const reading = readSbom(document);
      return reading.ok ? reading.packages[0]?.source : null;
    };
    expect(sourceOf({ spdxVersion: 'SPDX-2.3', packages: [spdx] })).toEqual({ name: 'b', version: '2-1' });
    expect(sourceOf({ ...fromSyft, artifacts: [syft] })).toEqual({ name: 'b', version: '' });
    const components = [{ name: 'a', properties: trivy }];
    expect(sourceOf({ ...fromCycloneDx, components })).toEqual({ name: 'b', version: '2-1' });
  });

  it('of 100,000 packages is read whole', () => {
    const packages = Array.from({ length: 100_000 }, (_, index) => ({ name: `p${index}`, versionInfo: '1' }));
    const reading = readSbom({ spdxVersion: 'SPDX-2.3', packages });
    expect(reading.ok && reading.packages.length).toBe(100_000);
  });

  it.each([
    ['incomplete', false],
    ['incomplete_first_party_only', false],
    ['unknown', false],
    ['complete', true],
    ['not_specified', true],
  ])('is as complete as CycloneDX says: %s', (aggregate, isComplete) => {
    const document = { ...fromCycloneDx, compositions: [{ aggregate }] };
    expect(readSbom(document)).toMatchObject({ ok: true, isComplete });
  });

  it.each([
    ['CycloneDX without components', { bomFormat: 'CycloneDX', specVersion: '1.5' }],
    ['CycloneDX with null for its components', { bomFormat: 'CycloneDX', specVersion: '1.5', components: null }],
  ])('may list nothing: %s', (_, document) => {
    expect(readSbom(document)).toMatchObject({ ok: true, packages: [] });
  });
});

describe('an SBOM that cannot be read says why', () => {
  it.each<[string, unknown, string]>([
    ['no object', [], 'it is no object'],
    ['nothing known', { a: 1 }, 'it is neither SPDX'],
    ['SPDX 3', { '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld', '@graph': [] }, 'SPDX 3 is not read'],
    ['SPDX 2.1', { spdxVersion: 'SPDX-2.1', packages: [] }, 'SPDX 2.1 is not read'],
    ['CycloneDX 1.3', { bomFormat: 'CycloneDX', specVersion: '1.3' }, 'CycloneDX 1.3 is not read'],
    ['CycloneDX of no version', { bomFormat: 'CycloneDX' }, 'CycloneDX without a version'],
    ['SPDX without packages', { spdxVersion: 'SPDX-2.3' }, 'it has no list of packages'],
    ['a nameless package', { spdxVersion: 'SPDX-2.3', packages: [{}] }, 'one of its packages has no name'],
    ['a nameless component', { ...fromCycloneDx, components: [{}] }, 'one of its components has no name'],
    ['a nameless artifact', { ...fromSyft, artifacts: [{}] }, 'one of its artifacts has no name'],
    ['artifacts that are no list', { schema: {}, artifacts: {} }, 'it is neither SPDX'],
  ])('%s', (_, document, reason) => {
    const reading = readSbom(document);
    expect(reading.ok ? '' : reading.reason).toContain(reason);
  });
});
