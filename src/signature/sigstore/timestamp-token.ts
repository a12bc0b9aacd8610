import { ASN1Obj, RFC3161Timestamp, X509Certificate } from '@sigstore/core';
import { extendedKeyUsages, leadingTo, timeStamping } from '../certificates/certificate.ts';
import { assertPath, pathsTo, rootsAmong, soundPaths } from '../certificates/certification-path.ts';
import { limits } from '../limits.ts';
import { problemOf, Refusal } from '../refusal.ts';
import type { CertificateAuthority } from './trust-anchors.ts';

const generalizedTime = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{1,9}))?Z$/;
const rsaSignatures: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.1': null, // with the digest of the signer info
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
};

/**
 * A time-stamp response (RFC 3161) as the library verifies it, with what it lacks: fractions of a second of any
 * length, authorities that sign with RSA, and the certificates that the token itself carries.
 */
export class TimestampToken extends RFC3161Timestamp {
  override get signingTime(): Date {
    const text = this.tstInfo.root.subs[4]?.value.toString('latin1') ?? '';
    const match = generalizedTime.exec(text);
    if (match === null) throw new Refusal('timestamp-invalid', 'its timestamp tells no time');
    const [, year, month, day, hour, minute, second, fraction = ''] = match;
    const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
    return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`);
  }

  override get signatureAlgorithm(): string {
    const own = super.signatureAlgorithm;
    const oid = this.signerInfo?.subs[4]?.subs[0]?.toOID() ?? '';
    // The library's own answer is undefined for RSA, whatever its type says.
    return own ?? rsaSignatures[oid] ?? this.signerDigestAlgorithm;
  }

  /** The certificates inside the token: untrusted. */
  get certificates(): readonly X509Certificate[] {
    const set = this.signedData?.subs.find((item) => item.tag.isContextSpecific(0x00));
    return (set?.subs ?? [])
      .slice(0, limits.chainCertificates)
      .map((item) => X509Certificate.parse(Buffer.from(item.toDER())));
  }

  private get signedData(): ASN1Obj | undefined {
    return this.root.subs[1]?.subs.find((item) => item.tag.isContextSpecific(0x00))?.subs[0];
  }

  private get signerInfo(): ASN1Obj | undefined {
    return this.signedData?.subs.at(-1)?.subs[0];
  }
}

/**
 * @throws Refusal `timestamp-invalid`, `too-large`
 */
export function parseTimestamp(der: Buffer<ArrayBuffer>): TimestampToken {
  if (der.length > limits.timestampBytes) throw new Refusal('too-large', 'its timestamp is too large');
  try {
    const token = new TimestampToken(ASN1Obj.parseBuffer(der));
    // Reading these now makes a half-made token fail here, with the right name for it.
    void [token.signingTime, token.signerSerialNumber, token.signerIssuer];
    return token;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('timestamp-invalid', 'its timestamp cannot be parsed', error);
  }
}

function isSignedBy(token: TimestampToken, certificate: X509Certificate): boolean {
  return certificate.serialNumber.equals(token.signerSerialNumber) && certificate.issuer.equals(token.signerIssuer);
}

/**
 * The authorities that may have made the token, each with its signing certificate first. Where a root holds only the
 * authority above, the signing certificate is taken from the token; it must still chain to that authority.
 */
export function authoritiesFor(
  token: TimestampToken,
  authorities: readonly CertificateAuthority[],
): readonly CertificateAuthority[] {
  return authorities.flatMap((authority) => {
    const [first] = authority.certChain;
    if (first === undefined) return [];
    if (!first.isCA) return isSignedBy(token, first) ? [authority] : [];
    const between = leadingTo(authority.certChain, token.certificates);
    return token.certificates
      .filter((certificate) => isSignedBy(token, certificate) && !certificate.isCA)
      .map((certificate) => ({ ...authority, certChain: [certificate, ...between, ...authority.certChain] }));
  });
}

/**
 * Requires that the certificate may do nothing but sign timestamps (RFC 3161, section 2.3), and that a path from it to its authority
 * holds; answers the authority with the certificates of one such path alone, once for each, so that no other is verified.
 * @throws Refusal `timestamp-invalid`, `unsupported`
 */
export function timestampSigners(authority: CertificateAuthority): readonly CertificateAuthority[] {
  const [leaf, ...above] = authority.certChain;
  const usages = leaf === undefined ? null : extendedKeyUsages(leaf);
  if (leaf === undefined || usages?.length !== 1 || usages[0] !== timeStamping) {
    throw new Refusal(
      'timestamp-invalid',
      'its timestamp is signed with a certificate that is not made for timestamps',
    );
  }
  const paths = pathsTo(rootsAmong(above), leaf, above).map((path) => ({ path }));
  try {
    return soundPaths(paths, assertPath).map(({ path }) => ({ ...authority, certChain: [...path] }));
  } catch (error) {
    const { code, message } = problemOf(error);
    throw new Refusal(code === 'unsupported' ? code : 'timestamp-invalid', `of its timestamp: ${message}`, error);
  }
}
