import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../../../../src/policy/language/patterns/glob.ts';
import { isProvenance, predicateTypesOf } from '../../../../../src/policy/language/patterns/predicate-type.ts';

const standsFor = (type: string, uri: string): boolean =>
  (predicateTypesOf(type) ?? []).some((glob) => matchesGlob(glob, uri));

describe('a type of attestation', () => {
  it.each([
    ['slsa-provenance', 'https://slsa.dev/provenance/v0.2', true],
    ['slsa-provenance', 'https://slsa.dev/provenance/v1', true],
    ['slsa-provenance', 'https://slsa.dev/provenance/v2', false],
    ['sbom', 'https://spdx.dev/Document', true],
    ['sbom', 'https://spdx.dev/Document/v2.3', true],
    ['sbom', 'https://cyclonedx.org/bom', true],
    ['sbom', 'https://cyclonedx.org/bom/v1.6', true],
    ['spdx', 'https://spdx.dev/Document', true],
    ['spdx', 'https://cyclonedx.org/bom', false],
    ['cyclonedx', 'https://cyclonedx.org/bom/v1.6', true],
    ['cyclonedx', 'https://spdx.dev/Document', false],
    ['vuln', 'https://cosign.sigstore.dev/attestation/vuln/v1', true],
    ['vuln', 'cosign.sigstore.dev/attestation/vuln/v1', true],
    ['vuln', 'https://in-toto.io/attestation/vulns', true],
    ['vuln', 'https://in-toto.io/attestation/vulns/v0.2', true],
    ['vuln', 'https://in-toto.io/attestation/vulnsx', false],
    ['vsa', 'https://slsa.dev/verification_summary/v1', true],
    ['vsa', 'https://slsa.dev/verification_summary', false],
    ['openvex', 'https://openvex.dev/ns', true],
    ['openvex', 'https://openvex.dev/ns/v0.2.0', true],
    ['https://example.com/x', 'https://example.com/x', true],
    ['https://example.com/x', 'https://example.com/x/y', false],
  ])('%s stands for %s: %s', (type, uri, expected) => {
    expect(standsFor(type, uri)).toBe(expected);
  });

  it.each([
    '',
    'constructor',
    'word',
    'https:',
    'https://a b',
    'https://a/*',
    ' https://a',
    `https://${'x'.repeat(501)}`,
  ])('is not %j', (type) => {
    expect(predicateTypesOf(type)).toBeNull();
  });

  it('is provenance in the versions that where can be asked of', () => {
    expect(isProvenance('https://slsa.dev/provenance/v1')).toBe(true);
    expect(isProvenance('https://slsa.dev/provenance/v0.1')).toBe(false);
    expect(isProvenance(null)).toBe(false);
  });
});
