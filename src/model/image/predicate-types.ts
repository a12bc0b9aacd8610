/** SLSA provenance, the older form (slsa.dev/spec/v0.2/provenance). */
export const slsaProvenanceV02 = 'https://slsa.dev/provenance/v0.2';

/** SLSA provenance (slsa.dev/spec/v1.0/provenance). */
export const slsaProvenanceV1 = 'https://slsa.dev/provenance/v1';

/** How the predicate types of all forms of SLSA provenance begin. */
export const slsaProvenancePrefix = 'https://slsa.dev/provenance/';

/** How those of a verification summary begin (slsa.dev/spec/v1.0/verification_summary). */
export const verificationSummaryPrefix = 'https://slsa.dev/verification_summary/';

/** An SBOM in SPDX. */
export const spdxDocument = 'https://spdx.dev/Document';

/** An SBOM in CycloneDX. */
export const cyclonedxBom = 'https://cyclonedx.org/bom';

/** The findings of a scanner, as cosign writes them. */
export const cosignVulnerabilities = 'https://cosign.sigstore.dev/attestation/vuln/v1';

/** The payload of an in-toto envelope, and the media type of a bare statement (in-toto, spec/v1/envelope.md). */
export const inTotoMediaType = 'application/vnd.in-toto+json';

/** A signature on an image, as cosign 3 makes it (cosign, specs/BUNDLE_SPEC.md). */
export const cosignSignaturePredicate = 'https://sigstore.dev/cosign/sign/v1';
