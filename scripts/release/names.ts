import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../build/folders.ts';
import type { Target } from '../build/target.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }; // npm refuses one without

/** The version that is released. */
export const version: string = manifest.version;

/** `docker-verify-VERSION-OS-ARCH`, in the words of `make build TARGET=`; `.exe` for Windows. */
export function executableName({ name, platform }: Target): string {
  return `docker-verify-${version}-${name}${platform === 'win' ? '.exe' : ''}`;
}

/** The package of Debian's or Red Hat's kind that holds an executable for Linux. */
export function packageName({ name }: Target, kind: 'deb' | 'rpm'): string {
  return `docker-verify-${version}-${name}.${kind}`;
}

export const provenanceName = `docker-verify-${version}.provenance.json`;
export const formulaName = `docker-verify-${version}.rb`;
/** The pages of the manual, for installers that are no package of a system. */
export const manualName = `docker-verify-${version}-manual.tar.gz`;
export const checksumsName = 'SHA256SUMS';

/** What lists the parts of an executable. */
export function sbomName(executable: string): string {
  return `${executable}.sbom.json`;
}

/** The signature of a file of the release. */
export function signatureName(file: string): string {
  return `${file}.sigstore.json`;
}
