import type { ASN1Obj, X509Certificate } from '@sigstore/core';

const labels: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.11': 'OU',
  '2.5.4.10': 'O',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.6': 'C',
  '2.5.4.9': 'STREET',
  '2.5.4.17': 'POSTALCODE',
  '2.5.4.5': 'SERIALNUMBER',
};
const order = ['CN', 'OU', 'O', 'L', 'ST', 'C'];
const bmpString = 0x1e;

/** RFC 4514, section 2.4. */
function escaped(value: string): string {
  return value
    .replace(/[\\,+"<>;=]/g, '\\$&')
    .replace(/^[ #]|(?<!^) $/g, '\\$&')
    .replace(/\p{C}/gu, (character) => `\\${Buffer.from(character).toString('hex')}`);
}

function textOf(value: ASN1Obj): string {
  if (value.tag.number !== bmpString) return value.value.toString('utf8');
  return Buffer.from(value.value).swap16().toString('utf16le');
}

/**
 * A certificate's subject as policies write it, in the order `CN=…,OU=…,O=…,L=…,ST=…,C=…`, whatever the certificate's order;
 * other attributes follow in the certificate's order. Values are escaped as in RFC 4514.
 */
export function subjectName(certificate: X509Certificate): string {
  // The sixth field of a version 3 certificate (RFC 5280, section 4.1); the library hands out its content alone.
  const attributes = (certificate.tbsCertificate.subs[5]?.subs ?? []).flatMap((set) =>
    set.subs.map((pair): readonly [string, string] => {
      const oid = pair.subs[0]?.toOID() ?? '';
      const value = pair.subs[1];
      return [labels[oid] ?? oid, value === undefined ? '' : escaped(textOf(value))];
    }),
  );
  const rank = (label: string): number => (order.includes(label) ? order.indexOf(label) : order.length);
  return attributes
    .map((attribute, index) => ({ attribute, index }))
    .sort((left, right) => rank(left.attribute[0]) - rank(right.attribute[0]) || left.index - right.index)
    .map(({ attribute: [label, value] }) => `${label}=${value}`)
    .join(',');
}
