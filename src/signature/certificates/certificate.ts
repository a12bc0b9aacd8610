import { type ASN1Obj, X509Certificate } from '@sigstore/core';
import type { CertificateClaims } from '../../model/index.ts';
import { limits } from '../limits.ts';
import { Refusal } from '../refusal.ts';

const fulcio = '1.3.6.1.4.1.57264.1';

/** Extended key usages (RFC 5280, section 4.2.1.12). */
export const codeSigning = '1.3.6.1.5.5.7.3.3';
export const timeStamping = '1.3.6.1.5.5.7.3.8';

/** Extensions that a verifier here evaluates, so that they may be critical (RFC 5280, section 4.2). */
const evaluated = new Set([
  '2.5.29.14',
  '2.5.29.15',
  '2.5.29.17',
  '2.5.29.19',
  '2.5.29.35',
  '2.5.29.37',
  // for a whole path: certification-path.ts
  '2.5.29.30',
  '2.5.29.32',
  '2.5.29.33',
  '2.5.29.36',
  '2.5.29.54',
]);

const claimOids: Readonly<Record<keyof CertificateClaims, string>> = {
  sourceRepository: `${fulcio}.12`,
  sourceRepositoryOwner: `${fulcio}.16`,
  sourceDigest: `${fulcio}.13`,
  ref: `${fulcio}.14`,
  workflow: `${fulcio}.18`,
  builder: `${fulcio}.9`,
  runner: `${fulcio}.11`,
  trigger: `${fulcio}.20`,
  runUri: `${fulcio}.21`,
};

/**
 * The certificate that `der` holds and nothing beside it.
 * @throws Refusal `too-large`, `malformed`
 */
export function parseCertificate(der: Buffer<ArrayBuffer>): X509Certificate {
  if (der.length > limits.certificateBytes) throw new Refusal('too-large', 'its certificate is too large');
  try {
    const certificate = X509Certificate.parse(der);
    // Touch what later checks rely on, so that a half-made certificate fails here.
    void [certificate.notBefore, certificate.notAfter, certificate.publicKey, certificate.extensions.length];
    return certificate;
  } catch (error) {
    throw new Refusal('malformed', 'its certificate cannot be parsed', error);
  }
}

const pemBlock = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;

/** The certificates of a file that a policy names, which may be all that a company trusts. */
export function parseAuthorities(pem: string): readonly X509Certificate[] {
  return parsePemCertificates(pem, limits.authorities);
}

/**
 * The certificates of PEM text (RFC 7468), in order.
 * @throws Refusal `malformed` where there is none; `too-large` beyond the bound
 */
export function parsePemCertificates(pem: string, most: number = limits.chainCertificates): readonly X509Certificate[] {
  const certificates: X509Certificate[] = [];
  for (const [, body] of pem.matchAll(pemBlock)) {
    if (certificates.length === most) {
      throw new Refusal('too-large', `it comes with more than ${most} certificates`);
    }
    certificates.push(parseCertificate(Buffer.from(body ?? '', 'base64')));
  }
  if (certificates.length === 0) throw new Refusal('malformed', 'its certificate is not PEM');
  return certificates;
}

/** The extended key usages, null where the certificate does not limit them. */
export function extendedKeyUsages(certificate: X509Certificate): readonly string[] | null {
  const extension = certificate.extension('2.5.29.37');
  return extension === undefined ? null : (extension.valueObj.subs[0]?.subs ?? []).map((usage) => usage.toOID());
}

/** The first critical extension that is not evaluated here; null for none. */
export function unevaluatedExtension(certificate: X509Certificate): string | null {
  for (const extension of certificate.extensions) {
    const oid = extension.subs[0]?.toOID() ?? '';
    if (extension.subs.length === 3 && extension.subs[1]?.toBoolean() === true && !evaluated.has(oid)) return oid;
  }
  return null;
}

/** Whether an extension stands twice, which RFC 5280 section 4.2 forbids and readers take differently. */
export function hasRepeatedExtension(certificate: X509Certificate): boolean {
  const oids = certificate.extensions.map((extension) => extension.subs[0]?.toOID() ?? '');
  return new Set(oids).size !== oids.length;
}

/** ASCII without control characters: Node's own decoding would drop the eighth bit. */
function plainText(bytes: Buffer, what: string): string {
  if (bytes.some((byte) => byte < 0x20 || byte > 0x7e)) {
    throw new Refusal('certificate-invalid', `the certificate's ${what} is not plain text`);
  }
  return bytes.toString('latin1');
}

/** A subject alternative name (RFC 5280, section 4.2.1.6). */
export interface AlternativeName {
  /** `host` covers DNS names and addresses, `other` what cannot name a signer. */
  readonly kind: 'email' | 'uri' | 'username' | 'host' | 'other';
  readonly value: string;
}

function alternativeName(name: ASN1Obj): AlternativeName {
  if (name.tag.isContextSpecific(0x01)) return { kind: 'email', value: plainText(name.value, 'e-mail address') };
  if (name.tag.isContextSpecific(0x06)) return { kind: 'uri', value: plainText(name.value, 'URI') };
  if (name.tag.isContextSpecific(0x02)) return { kind: 'host', value: plainText(name.value, 'host name') };
  if (name.tag.isContextSpecific(0x07)) return { kind: 'host', value: name.value.toString('hex') };
  const isUsername = name.tag.isContextSpecific(0x00) && name.subs[0]?.toOID() === `${fulcio}.7`;
  const value = isUsername ? name.subs[1]?.subs[0]?.value : undefined;
  if (value !== undefined) return { kind: 'username', value: plainText(value, 'user name') };
  return { kind: 'other', value: '' };
}

/** All subject alternative names, in order. */
export function alternativeNames(certificate: X509Certificate): readonly AlternativeName[] {
  const extension = certificate.extension('2.5.29.17');
  return (extension?.valueObj.subs[0]?.subs ?? []).map(alternativeName);
}

const utf8String = 0x0c;

/** The text of a Fulcio extension: DER UTF8String from `.8` on, raw bytes before (fulcio, docs/oid-info.md). */
function fulcioText(certificate: X509Certificate, oid: string, form: 'DER' | 'raw'): string | null {
  const extension = certificate.extension(oid);
  if (extension === undefined) return null;
  if (form === 'raw') return plainText(extension.value, `extension ${oid}`);
  const text = extension.valueObj.subs[0];
  if (text === undefined || !text.tag.isUniversal() || text.tag.number !== utf8String) {
    throw new Refusal('certificate-invalid', `the certificate's extension ${oid} is not a UTF8String`);
  }
  return plainText(text.value, `extension ${oid}`);
}

/**
 * Who vouched for the identity (OIDC issuer); null where the certificate is not Fulcio's.
 * @throws Refusal `certificate-invalid` where its two places for it disagree
 */
export function identityIssuer(certificate: X509Certificate): string | null {
  const current = fulcioText(certificate, `${fulcio}.8`, 'DER');
  const former = fulcioText(certificate, `${fulcio}.1`, 'raw');
  if (current !== null && former !== null && current !== former) {
    throw new Refusal('certificate-invalid', `the certificate names two issuers, ${former} and ${current}`);
  }
  return current ?? former;
}

/** The claims that policies can ask for. */
export function certificateClaims(certificate: X509Certificate): CertificateClaims {
  const claims: Record<string, string> = {};
  for (const [name, oid] of Object.entries(claimOids)) {
    const value = fulcioText(certificate, oid, 'DER');
    if (value !== null) claims[name] = value;
  }
  return claims;
}

/** Whether the certificate names `issuer` as its issuer; another may have signed it. */
export function namesAsIssuer(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return issuer.subject.equals(certificate.issuer);
  } catch {
    return false;
  }
}

/** Whether `issuer` issued the certificate, by name and by signature. Says nothing of `issuer` itself. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return namesAsIssuer(certificate, issuer) && certificate.verify(issuer);
  } catch {
    return false;
  }
}

/** Whether two are one certificate, byte for byte. The library writes both anew to compare them, which other signatures make needless. */
export function isSameCertificate(one: X509Certificate, other: X509Certificate): boolean {
  return one === other || (one.signatureValue.equals(other.signatureValue) && one.equals(other));
}

/**
 * Of the certificates that a signature brings along, the authorities that lead to a trusted one. The library would take any
 * certificate in an authority's chain that signed itself for an anchor, also one that names another as its issuer.
 */
export function leadingTo(
  trusted: readonly X509Certificate[],
  brought: readonly X509Certificate[],
): readonly X509Certificate[] {
  const found: X509Certificate[] = [];
  for (;;) {
    const next = brought.filter(
      (certificate) =>
        !found.includes(certificate) &&
        certificate.isCA &&
        [...trusted, ...found].some((issuer) => isIssuedBy(certificate, issuer)),
    );
    if (next.length === 0) return found;
    found.push(...next);
  }
}
