import type { X509Certificate } from '@sigstore/core';
import type { Signer } from '../../model/index.ts';
import { Refusal } from '../refusal.ts';
import {
  type AlternativeName,
  alternativeNames,
  codeSigning,
  extendedKeyUsages,
  hasRepeatedExtension,
  identityIssuer,
  unevaluatedExtension,
} from './certificate.ts';
import type { CertificationPath } from './certification-path.ts';
import { subjectName } from './subject-name.ts';

const identityKinds = new Set<AlternativeName['kind']>(['email', 'uri', 'username']);

/**
 * The one identity that the certificate names; null for none. A second name would let a policy match the one while
 * people see the other. An authority of one's own may write several, which its policy then compares one by one.
 * @throws Refusal `certificate-invalid`
 */
function soleIdentity(certificate: X509Certificate, isFulcio: boolean): string | null {
  const names = alternativeNames(certificate);
  const identities = names.filter((name) => identityKinds.has(name.kind));
  if (isFulcio && names.length > 1) {
    const found = names.map((name) => name.value || name.kind).join(', ');
    throw new Refusal(
      'certificate-invalid',
      `its certificate names ${names.length} identities, expected one: ${found}`,
    );
  }
  const [only, ...others] = identities;
  return others.length > 0 ? null : only?.value || null;
}

/**
 * Who the certificate says the signer is.
 * @throws Refusal `certificate-invalid`
 */
export function certificateSigner(certificate: X509Certificate): Signer {
  const issuer = identityIssuer(certificate);
  const identity = soleIdentity(certificate, issuer !== null);
  if (identity !== null) return { kind: 'keyless', identity, issuer: issuer ?? '' };
  if (issuer !== null) throw new Refusal('certificate-invalid', 'its certificate names no identity');
  return { kind: 'certificate', subject: subjectName(certificate) || certifiedNames(certificate).join(', ') };
}

function assertSigningUsage(certificate: X509Certificate, isFulcio: boolean): void {
  const usages = extendedKeyUsages(certificate);
  // RFC 5280: no extension means any use. Fulcio always states it.
  if (usages === null ? isFulcio : !usages.includes(codeSigning)) {
    throw new Refusal('certificate-invalid', 'its certificate is not made for signing code');
  }
  const keyUsage = certificate.extKeyUsage;
  if (keyUsage !== undefined && !keyUsage.digitalSignature) {
    throw new Refusal('certificate-invalid', 'the key of its certificate is not made for signatures');
  }
}

/**
 * What the library does not look at in a signer's certificate: usages, critical extensions, that it is no authority.
 * @throws Refusal `certificate-invalid`, `unsupported`
 */
export function assertSigningCertificate(certificate: X509Certificate): void {
  if (hasRepeatedExtension(certificate)) {
    throw new Refusal('certificate-invalid', 'its certificate has an extension twice');
  }
  if (certificate.extBasicConstraints?.isCA === true || certificate.extKeyUsage?.keyCertSign === true) {
    throw new Refusal('certificate-invalid', 'its certificate is that of an authority, expected that of a signer');
  }
  const unknown = unevaluatedExtension(certificate);
  if (unknown !== null) {
    throw new Refusal(
      'unsupported',
      `its certificate has the critical extension ${unknown}, which cannot be evaluated here`,
    );
  }
  assertSigningUsage(certificate, identityIssuer(certificate) !== null);
}

const anyUsage = '2.5.29.37.0';

/**
 * Requires of the authorities above a signer that none of them is for other uses than signing code, as Go's verifier and so cosign does.
 * @throws Refusal `certificate-invalid`
 */
export function assertSigningAuthorities(path: CertificationPath): void {
  for (const authority of path.slice(1)) {
    const usages = extendedKeyUsages(authority);
    if (usages === null || usages.includes(codeSigning) || usages.includes(anyUsage)) continue;
    throw new Refusal(
      'certificate-invalid',
      `the authority "${subjectName(authority)}" in its chain is not made for signing code`,
    );
  }
}

/** The e-mail addresses, URIs, user names and host names that a certificate is for, as cosign compares them. */
export function certifiedNames(certificate: X509Certificate): readonly string[] {
  return alternativeNames(certificate).flatMap(({ kind, value }) => (kind === 'other' || value === '' ? [] : [value]));
}
