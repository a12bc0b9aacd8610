import { createPublicKey } from 'node:crypto';
import type { ASN1Obj, X509Certificate } from '@sigstore/core';
import { printable, problemOf, Refusal } from '../refusal.ts';
import { assertUsableKey } from '../signature-algorithms.ts';
import { subjectName } from './subject-name.ts';

/** Signature algorithms whose digest nobody can find collisions of (RFC 4055, 5758, 8410). */
const strong = new Set([
  '1.2.840.113549.1.1.11', // RSA with SHA-256
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.2.840.10045.4.3.2', // ECDSA with SHA-256
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.3.101.112', // Ed25519
]);
const pss = '1.2.840.113549.1.1.10';
const strongDigests = new Set(['2.16.840.1.101.3.4.2.1', '2.16.840.1.101.3.4.2.2', '2.16.840.1.101.3.4.2.3']);

const names: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'MD5',
  '1.2.840.113549.1.1.5': 'SHA-1',
  '1.2.840.10045.4.1': 'SHA-1',
  '1.2.840.10040.4.3': 'SHA-1',
};

/** The digest in the parameters of RSA-PSS (RFC 4055, section 3.1): SHA-1 where none is named. */
function isStrongPss(parameters: ASN1Obj | undefined): boolean {
  const digest = parameters?.subs.find((each) => each.tag.isContextSpecific(0x00))?.subs[0]?.subs[0];
  return digest !== undefined && strongDigests.has(digest.toOID());
}

function isStrong(algorithm: ASN1Obj | undefined): boolean {
  const oid = algorithm?.subs[0]?.toOID() ?? '';
  return oid === pss ? isStrongPss(algorithm?.subs[1]) : strong.has(oid);
}

/**
 * Requires that the issuer's signature on the certificate cannot be one that was made for another: with MD5 and SHA-1 two certificates
 * are made alike, the one to be signed and the one to be used. OpenSSL takes both; Go, and so cosign and notation, does not.
 * @throws Refusal `certificate-invalid`
 */
export function assertStrongSignature(certificate: X509Certificate): void {
  const algorithm = certificate.root.subs[1];
  if (isStrong(algorithm)) return;
  const oid = algorithm?.subs[0]?.toOID() ?? '';
  throw new Refusal(
    'certificate-invalid',
    `the certificate "${subjectName(certificate)}" in its chain is signed with ${names[oid] ?? printable(oid)}, expected SHA-256 or more`,
  );
}

/**
 * Requires of an authority what is required of signers: a key that is not too weak.
 * @throws Refusal `unsupported`
 */
export function assertStrongAuthority(certificate: X509Certificate): void {
  try {
    assertUsableKey(createPublicKey({ key: certificate.publicKey, format: 'der', type: 'spki' }));
  } catch (error) {
    const { message } = problemOf(error);
    throw new Refusal('unsupported', `of the authority "${subjectName(certificate)}" in its chain: ${message}`, error);
  }
}
