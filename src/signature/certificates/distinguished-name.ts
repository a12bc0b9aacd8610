import type { ASN1Obj, X509Certificate } from '@sigstore/core';

/** String types (X.680) by their tag, as text; what is no text of its type is null. */
const decoders: Readonly<Record<number, (bytes: Buffer) => string | null>> = {
  12: utf8, // UTF8String
  19: (bytes) => bytes.toString('latin1'), // PrintableString
  20: (bytes) => bytes.toString('latin1'), // TeletexString, which everybody uses so
  22: (bytes) => bytes.toString('latin1'), // IA5String
  26: (bytes) => bytes.toString('latin1'), // VisibleString
  28: utf32, // UniversalString
  30: (bytes) => (bytes.length % 2 === 0 ? Buffer.from(bytes).swap16().toString('utf16le') : null), // BMPString
};

function utf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function utf32(bytes: Buffer): string | null {
  if (bytes.length % 4 !== 0) return null;
  const points = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(index * 4));
  return points.every((point) => point <= 0x10_ffff) ? String.fromCodePoint(...points) : null;
}

/** Letters of ASCII in one case, white space as single blanks between words (RFC 5280, section 7.1, as OpenSSL prepares strings). */
function prepared(text: string): string {
  return text
    .replace(/[\t-\r ]+/g, ' ')
    .replace(/^ | $/g, '')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function comparable(value: ASN1Obj | undefined): string {
  if (value === undefined) return '';
  const text = value.tag.isUniversal() ? decoders[value.tag.number]?.(value.value) : undefined;
  return typeof text === 'string' ? `"${prepared(text)}"` : value.toDER().toString('hex');
}

/**
 * The relative distinguished names of a Name (RFC 5280, section 4.1.2.4), from the widest on, each as text that is equal for names
 * that are the same.
 */
export function relativeNames(name: ASN1Obj | undefined): readonly string[] {
  return (name?.subs ?? []).map((set) =>
    JSON.stringify(set.subs.map(({ subs: [type, value] }) => `${type?.toOID() ?? ''}=${comparable(value)}`).sort()),
  );
}

const emailAddress = '1.2.840.113549.1.9.1';

/** The e-mail addresses among a Name's attributes. */
export function emailAttributes(name: ASN1Obj | undefined): readonly ASN1Obj[] {
  return (name?.subs ?? []).flatMap((set) =>
    set.subs.flatMap(({ subs: [type, value] }) => (type?.toOID() === emailAddress && value ? [value] : [])),
  );
}

/** Subject and issuer as the library has parsed them: it hands out their content alone (RFC 5280, section 4.1, version 3). */
export function namesOf(certificate: X509Certificate): { readonly subject?: ASN1Obj; readonly issuer?: ASN1Obj } {
  const { 3: issuer, 5: subject } = certificate.tbsCertificate.subs;
  return { ...(subject && { subject }), ...(issuer && { issuer }) };
}

/** Whether it names itself as its issuer (RFC 5280, section 3.2), with whatever key. */
export function isSelfIssued(certificate: X509Certificate): boolean {
  const { subject, issuer } = namesOf(certificate);
  return JSON.stringify(relativeNames(subject)) === JSON.stringify(relativeNames(issuer));
}
