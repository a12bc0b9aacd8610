import {
  cosignVulnerabilities,
  cyclonedxBom,
  slsaProvenanceV1,
  slsaProvenanceV02,
  spdxDocument,
  verificationSummaryPrefix,
} from '../../../model/index.ts';

const slsaProvenance = [slsaProvenanceV02, slsaProvenanceV1];
const spdx = [spdxDocument, `${spdxDocument}/**`];
const cyclonedx = [cyclonedxBom, `${cyclonedxBom}/**`];

/** Short names with the predicate types that they stand for, as globs. */
const shortNames: Readonly<Record<string, readonly string[]>> = {
  'slsa-provenance': slsaProvenance,
  sbom: [...spdx, ...cyclonedx],
  spdx,
  cyclonedx,
  vuln: [
    cosignVulnerabilities,
    'cosign.sigstore.dev/attestation/vuln/v1',
    'https://in-toto.io/attestation/vulns',
    'https://in-toto.io/attestation/vulns/**',
  ],
  vsa: [`${verificationSummaryPrefix}**`],
  openvex: ['https://openvex.dev/ns', 'https://openvex.dev/ns/**'],
};

/** The predicate types, as globs, that an attestation's `type` stands for; null where it is neither a short name nor a URI (older types are written without their scheme). */
export function predicateTypesOf(type: string): readonly string[] | null {
  const known = Object.hasOwn(shortNames, type) ? shortNames[type] : undefined;
  if (known !== undefined) return known;
  return /^[a-z0-9][a-z0-9+.-]*[:/][^\s*]{1,500}$/i.test(type) ? [type] : null;
}

/** Whether a statement of this predicate type is SLSA provenance, in a version that `where` can be asked of. */
export function isProvenance(predicateType: string | null): boolean {
  return predicateType !== null && slsaProvenance.includes(predicateType);
}
