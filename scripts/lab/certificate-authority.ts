import { createHash, type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { initializeCA, initializeCTLog } from '@sigstore/mock';
import * as asn1js from 'asn1js';
import type { KeyPair } from './kept-keys.ts';

type MockAuthority = Awaited<ReturnType<typeof initializeCA>>;
type TransparencyLog = Awaited<ReturnType<typeof initializeCTLog>>;

const issuer = 'CN=lab-sigstore,O=docker-verify lab';
const timestampListIdentifier = '1.3.6.1.4.1.11129.2.4.2';
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const;
const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const day = 86_400_000;

async function webKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('jwk', key.export({ format: 'jwk' }), curve, true, [
    key.type === 'private' ? 'sign' : 'verify',
  ]);
}

/** The authority's own certificate, PEM. Kept by the caller, since what it signed must still verify after a restart. */
export async function createAuthorityCertificate(keys: KeyPair): Promise<string> {
  const [privateKey, publicKey] = await Promise.all([webKey(keys.privateKey), webKey(keys.publicKey)]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: issuer,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 3650 * day),
    signingAlgorithm: signing,
    keys: { privateKey, publicKey },
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  return certificate.toString('pem');
}

/** A code-signing authority for `@sigstore/mock`'s Fulcio: unlike its own it survives a restart and writes e-mail subjects as e-mail. */
export function createAuthority(pem: string, keys: KeyPair, log: TransparencyLog): MockAuthority {
  const root = new x509.X509Certificate(pem);
  const issuerId = createHash('sha256')
    .update(keys.publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
  return {
    rootCertificate: Buffer.from(root.rawData),
    async issueCertificate({ publicKey, subjectAltName, extensions = [] }) {
      const [subjectKey, authorityKey, signingKey] = await Promise.all([
        webcrypto.subtle.importKey('spki', publicKey, curve, true, ['verify']),
        webKey(keys.publicKey),
        webKey(keys.privateKey),
      ]);
      const now = Date.now();
      const certificate = {
        serialNumber: `0${randomBytes(15).toString('hex')}1`,
        notBefore: new Date(now - 1000),
        notAfter: new Date(now + 600_000),
        issuer,
        publicKey: subjectKey,
        signingAlgorithm: signing,
        signingKey,
        extensions: [
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.codeSigning]),
          new x509.SubjectAlternativeNameExtension(
            [{ type: subjectAltName.includes('://') ? 'url' : 'email', value: subjectAltName }],
            true,
          ),
          await x509.SubjectKeyIdentifierExtension.create(subjectKey),
          await x509.AuthorityKeyIdentifierExtension.create(authorityKey),
          ...extensions.map(
            ({ oid, value, legacy }) =>
              new x509.Extension(oid, false, legacy ? Buffer.from(value) : new asn1js.Utf8String({ value }).toBER()),
          ),
        ],
      };
      const precertificate = await x509.X509CertificateGenerator.create(certificate);
      const timestamp = Buffer.from(await log.log(precertificate.rawData, new Uint8Array(issuerId).buffer));
      // RFC 6962 section 3.3: a list of one; the item brings its own length along
      const list = Buffer.concat([Buffer.from([0, timestamp.length]), timestamp]);
      certificate.extensions.push(
        new x509.Extension(timestampListIdentifier, false, new asn1js.OctetString({ valueHex: list }).toBER()),
      );
      return Buffer.from((await x509.X509CertificateGenerator.create(certificate)).rawData);
    },
  };
}
