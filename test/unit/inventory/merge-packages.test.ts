import { describe, expect, it } from 'vitest';
import { mergePackages, packageSet } from '../../../src/inventory/index.ts';
import { listed } from './questions/packages.ts';

const xz = 'pkg:deb/debian/liblzma5@5.6.1-1';

describe('packages of several SBOMs', () => {
  it('are listed once, with all that list them, sorted by name and version', () => {
    const merged = mergePackages([
      { source: 'spdx', packages: [listed('pkg:npm/b@2'), listed(`${xz}?arch=amd64&upstream=xz-utils`)] },
      { source: 'cyclonedx', packages: [listed(`${xz}?distro=debian-13`), listed('pkg:npm/b@1')] },
    ]);
    expect(merged.map(({ found, sources }) => [found.name, found.version, ...sources])).toEqual([
      ['b', '1', 'cyclonedx'],
      ['b', '2', 'spdx'],
      ['liblzma5', '5.6.1-1', 'spdx', 'cyclonedx'],
    ]);
  });

  it('take the layer from whichever SBOM says it', () => {
    const layered = { ...listed(xz), layer: 'sha256:1' };
    const merged = mergePackages([
      { source: 1, packages: [listed(xz)] },
      { source: 2, packages: [layered] },
    ]);
    expect(merged.map(({ layer }) => layer)).toEqual(['sha256:1']);
  });

  it('leave out what is no software', () => {
    expect(mergePackages([{ source: 1, packages: [{ ...listed(xz), isSoftware: false }] }])).toEqual([]);
  });
});

describe('whether a list holds a package', () => {
  const holds = packageSet([listed(`${xz}?upstream=xz-utils`), listed('pkg:maven/org.acme/tool@1')]);

  it.each([
    [`${xz}?distro=debian-13`, true],
    ['pkg:maven/org.acme/tool@1', true],
    ['pkg:deb/debian/liblzma5@5.4.1-1', false],
    // of the same source, but another package
    ['pkg:deb/debian/xz-utils@5.6.1-1?upstream=xz-utils', false],
  ])('%s: %s', (purl, expected) => {
    expect(holds(listed(purl))).toBe(expected);
  });
});
