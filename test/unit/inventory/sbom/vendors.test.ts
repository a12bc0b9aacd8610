// SBOMs in the shapes that vendors of images publish: what is particular to each, written out here.
import { expect, it } from 'vitest';
import { parseQuestion } from '../../../../src/inventory/index.ts';
import { readSbomDocument } from '../../../../src/inventory/sbom/read-sbom.ts';

const purl = (locator: string): object => ({
  referenceCategory: 'PACKAGE_MANAGER',
  referenceType: 'purl',
  referenceLocator: locator,
});

/** Chainguard: one document for the image and all apks (melange's and apko's), packages inside packages, each with several URLs. */
const chainguard = {
  spdxVersion: 'SPDX-2.3',
  name: 'sbom-sha256:0123',
  documentDescribes: ['SPDXRef-Package-image'],
  packages: [
    {
      SPDXID: 'SPDXRef-Package-image',
      name: 'sha256:0123',
      versionInfo: 'sha256:0123',
      primaryPackagePurpose: 'CONTAINER',
      externalRefs: [purl('pkg:oci/static@sha256:0123?arch=amd64&mediaType=x')],
    },
    {
      SPDXID: 'SPDXRef-OperatingSystem',
      name: 'wolfi',
      versionInfo: '20230201',
      primaryPackagePurpose: 'OPERATING-SYSTEM',
    },
    {
      SPDXID: 'SPDXRef-Package-xz-5.6.1-r1',
      name: 'xz',
      versionInfo: '5.6.1-r1',
      originator: 'Organization: Wolfi',
      externalRefs: [purl('pkg:apk/wolfi/xz@5.6.1-r1?arch=x86_64&distro=wolfi')],
    },
    {
      SPDXID: 'SPDXRef-Package-github.com-tukaani-project-xz-v5.6.1',
      name: 'xz',
      versionInfo: 'v5.6.1',
      externalRefs: [purl('pkg:github/tukaani-project/xz@v5.6.1')],
    },
  ],
  relationships: [
    {
      spdxElementId: 'SPDXRef-Package-image',
      relationshipType: 'CONTAINS',
      relatedSpdxElement: 'SPDXRef-Package-xz-5.6.1-r1',
    },
    {
      spdxElementId: 'SPDXRef-Package-xz-5.6.1-r1',
      relationshipType: 'GENERATED_FROM',
      relatedSpdxElement: 'SPDXRef-Package-github.com-tukaani-project-xz-v5.6.1',
    },
  ],
};

const statement = (predicateType: string, predicate: unknown): unknown => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'image', digest: { sha256: '0'.repeat(64) } }],
  predicateType,
  predicate,
});

const dhi = 'pkg:dhi/xz-utils@5.6.1-1?os_name=debian&os_version=13';
/** Docker's hardened images: SPDX and CycloneDX as predicates, packages of their own type beside the distribution's. */
const dhiSpdx = {
  spdxVersion: 'SPDX-2.3',
  packages: [
    {
      SPDXID: 'SPDXRef-Package-1',
      name: 'liblzma5',
      versionInfo: '5.6.1-1',
      externalRefs: [purl('pkg:deb/debian/liblzma5@5.6.1-1?os_distro=trixie&os_name=debian&os_version=13')],
      sourceInfo: 'built package from: xz-utils 5.6.1-1',
    },
    { SPDXID: 'SPDXRef-Package-2', name: 'xz-utils', versionInfo: '5.6.1-1', externalRefs: [purl(dhi)] },
  ],
};
const dhiCycloneDx = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  metadata: { component: { type: 'container', name: 'dhi/python', purl: 'pkg:oci/python@sha256:0123' } },
  components: [
    {
      type: 'library',
      name: 'base',
      version: '1',
      components: [{ type: 'library', name: 'xz-utils', version: '5.6.1-1', purl: dhi }],
    },
  ],
};

it.each<[string, unknown, number]>([
  ['Chainguard, bare', chainguard, 2],
  ['Chainguard, as a predicate', statement('https://spdx.dev/Document', chainguard), 2],
  ["Docker's hardened images, SPDX", statement('https://spdx.dev/Document/v2.3', dhiSpdx), 2],
  [
    "Docker's hardened images, CycloneDX, a component inside another",
    statement('https://cyclonedx.org/bom/v1.6', dhiCycloneDx),
    2,
  ],
])('%s: packages are listed, and what is asked about is found', (_, document, count) => {
  const reading = readSbomDocument(Buffer.from(JSON.stringify(document)));
  expect(reading.ok).toBe(true);
  const packages = reading.ok ? reading.packages.filter(({ isSoftware }) => isSoftware) : [];
  expect(packages).toHaveLength(count);
  const states = (text: string): readonly unknown[] => packages.map((found) => parseQuestion(text)?.match(found));
  const name = packages.some((found) => found.name === 'xz') ? 'xz' : 'xz-utils';
  expect(states(`${name}@5.6.0 - 5.6.1`)).toContain('affected');
  expect(states(`${name}@5.4.0 - 5.4.9`)).not.toContain('affected');
});
