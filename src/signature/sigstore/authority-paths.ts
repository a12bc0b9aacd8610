import type { X509Certificate } from '@sigstore/core';
import type { CertificateMaterial } from '../../model/index.ts';
import { namesAsIssuer } from '../certificates/certificate.ts';
import { assertSigningAuthorities } from '../certificates/certificate-checks.ts';
import {
  assertPath,
  type CertificationPath,
  pathsTo,
  rootsAmong,
  soundPaths,
} from '../certificates/certification-path.ts';
import { namedCertificates } from '../certificates/named-certificates.ts';
import { Refusal } from '../refusal.ts';
import type { CertificateAuthority, TrustAnchors } from './trust-anchors.ts';

function assertSigningPath(path: CertificationPath): void {
  assertPath(path);
  assertSigningAuthorities(path);
}

function unknownSigner(name: string): Refusal {
  return new Refusal('unknown-signer', `its certificate was issued by an authority that ${name} does not know`);
}

/**
 * A root's authorities that certify this signer, each with the certificates of one path alone, so that the library verifies no other than
 * the one that was looked at here.
 * @throws Refusal `unknown-signer`, `certificate-invalid`, `unsupported`
 */
export function certifyingAuthorities(
  certificate: X509Certificate,
  anchors: TrustAnchors,
): readonly CertificateAuthority[] {
  // no path leads through an authority that has no certificate of the issuer's name: its signatures need not be looked at
  const named = anchors.material.certificateAuthorities.filter(({ certChain }) =>
    certChain.some((each) => namesAsIssuer(certificate, each)),
  );
  const found = named.flatMap((authority) =>
    pathsTo(rootsAmong(authority.certChain), certificate, authority.certChain).map((path) => ({ authority, path })),
  );
  if (found.length === 0) throw unknownSigner(anchors.name);
  return soundPaths(found, assertSigningPath).map(({ authority, path }) => ({
    ...authority,
    certChain: path.slice(1),
  }));
}

/**
 * The paths from a signer to a private authority: through the certificates that its policy names and those that the signature brings. Any
 * certificate of the authority ends one, whether it signed itself or not.
 * @throws Refusal `unknown-signer`, `certificate-invalid`, `unsupported`
 */
export function pathsToAuthority(
  certificate: X509Certificate,
  authority: CertificateMaterial,
  brought: readonly X509Certificate[],
): readonly CertificationPath[] {
  const { authorities, between } = namedCertificates(authority);
  const paths = pathsTo(authorities, certificate, [...between, ...brought]);
  if (paths.length === 0) throw unknownSigner(authority.name ?? 'a private authority');
  return soundPaths(
    paths.map((path) => ({ path })),
    assertSigningPath,
  ).map(({ path }) => path);
}
