import type { SbomPackage } from '../../../../src/inventory/index.ts';
import { readSbom } from '../../../../src/inventory/sbom/read-sbom.ts';

/** A package as an SBOM lists it that gives its package URL. */
export function listed(purl: string): SbomPackage {
  const name = decodeURIComponent(/([^/@]+)(?:@|\?|$)/.exec(purl)?.[1] ?? '');
  const externalRefs = [{ referenceType: 'purl', referenceLocator: purl }];
  const reading = readSbom({ spdxVersion: 'SPDX-2.3', packages: [{ name, externalRefs }] });
  const [found] = reading.ok ? reading.packages : [];
  if (found === undefined) throw new Error(`no package ${purl}`);
  return found;
}

/** The package of the backdoor, of Debian testing in March 2024. */
export const backdoored = listed('pkg:deb/debian/liblzma5@5.6.1-1?arch=amd64&upstream=xz-utils&distro=debian-13');
/** Ubuntu noble's, which bears the number of the backdoor and is older. */
export const reverted = listed(
  'pkg:deb/ubuntu/liblzma5@5.6.1%2Breally5.4.5-1ubuntu0.3?upstream=xz-utils&distro=ubuntu-24.04',
);
