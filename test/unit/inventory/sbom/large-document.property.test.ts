import { expect, it } from 'vitest';
import { readSbomDocument } from '../../../../src/inventory/sbom/read-sbom.ts';

it('100,000 packages are read within seconds', () => {
  const packages = Array.from({ length: 100_000 }, (_, index) => ({
    SPDXID: `SPDXRef-${index}`,
    name: `p${index}`,
    versionInfo: '1.0-1',
    externalRefs: [
      {
        referenceCategory: 'PACKAGE_MANAGER',
        referenceType: 'purl',
        referenceLocator: `pkg:deb/debian/p${index}@1.0-1?arch=amd64&distro=debian-13`,
      },
    ],
  }));
  const bytes = Buffer.from(JSON.stringify({ spdxVersion: 'SPDX-2.3', packages }));
  const before = process.cpuUsage();
  const reading = readSbomDocument(bytes);
  const { user, system } = process.cpuUsage(before);
  expect(reading.ok && reading.packages.length).toBe(100_000);
  expect(user + system).toBeLessThan(10_000_000);
});
