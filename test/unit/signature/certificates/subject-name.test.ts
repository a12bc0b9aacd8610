import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { describe, expect, test } from 'vitest';
import { parseCertificate } from '../../../../src/signature/certificates/certificate.ts';
import { subjectName } from '../../../../src/signature/certificates/subject-name.ts';
import { certify } from './test-certificates.ts';

async function nameOf(subject: string): Promise<string> {
  return subjectName(parseCertificate((await certify({ subject }, null, null)).der));
}

describe("a certificate's subject", () => {
  test.each([
    ['C=US,ST=WA,L=Redmond,O=Acme,OU=Unit,CN=signer', 'CN=signer,OU=Unit,O=Acme,L=Redmond,ST=WA,C=US'],
    ['CN=signer,C=US', 'CN=signer,C=US'],
    ['O=second,CN=first,O=third', 'CN=first,O=second,O=third'],
    ['2.5.4.5=77,2.5.4.9=Street 1,2.5.4.17=12345,CN=x', 'CN=x,SERIALNUMBER=77,STREET=Street 1,POSTALCODE=12345'],
    ['2.5.4.12=title,CN=x', 'CN=x,2.5.4.12=title'],
    ['CN=Jürgen 漢', 'CN=Jürgen 漢'],
  ])('%s is written as %s', async (subject, expected) => {
    expect(await nameOf(subject)).toBe(expected);
  });

  test('in the characters of two bytes is written as any other', async () => {
    const name = new x509.Name([{ CN: [{ bmpString: 'Jürgen' }] }, { O: [{ utf8String: 'Acme' }] }]);
    const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const made = await x509.X509CertificateGenerator.createSelfSigned({ name: name.toJSON(), keys });
    expect(subjectName(parseCertificate(Buffer.from(made.rawData)))).toBe('CN=Jürgen,O=Acme');
  });

  test.each([
    ['a\\,O=b', 'CN=a\\,O\\=b'],
    ['a\\+b\\"c\\\\d\\<e\\>f\\;g', 'CN=a\\+b\\"c\\\\d\\<e\\>f\\;g'],
    ['\\ x\\ ', 'CN=\\ x\\ '],
    ['\\#x', 'CN=\\#x'],
    ['a\\0Ab', 'CN=a\\0ab'],
  ])('CN=%s is escaped, so that no value can pass for another attribute', async (value, expected) => {
    expect(await nameOf(`CN=${value}`)).toBe(expected);
  });
});
