import { webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { describe, expect, test } from 'vitest';
import { parseCertificate } from '../../../../src/signature/certificates/certificate.ts';
import {
  assertStrongAuthority,
  assertStrongSignature,
} from '../../../../src/signature/certificates/certificate-signature.ts';
import { certify } from './test-certificates.ts';

async function selfSigned(name: string, hash: string, modulusLength = 2048) {
  const publicExponent = new Uint8Array([1, 0, 1]);
  const algorithm = { name, hash, modulusLength, publicExponent, saltLength: 20 };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=weak',
    keys,
    signingAlgorithm: algorithm,
  });
  return parseCertificate(Buffer.from(made.rawData));
}

async function ed25519() {
  const keys = await webcrypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  // a pair, whatever the type of one call for all algorithms says
  const pair = keys as webcrypto.CryptoKeyPair;
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=weak',
    keys: pair,
    signingAlgorithm: { name: 'Ed25519' },
  });
  return parseCertificate(Buffer.from(made.rawData));
}

describe('the signature of an issuer', () => {
  test.each([
    ['RSASSA-PKCS1-v1_5', 'SHA-256'],
    ['RSASSA-PKCS1-v1_5', 'SHA-384'],
    ['RSASSA-PKCS1-v1_5', 'SHA-512'],
    ['RSA-PSS', 'SHA-256'],
    ['RSA-PSS', 'SHA-512'],
  ])('by %s with %s is taken', async (name, hash) => {
    const certificate = await selfSigned(name, hash);
    expect(() => assertStrongSignature(certificate)).not.toThrow();
    expect(() => assertStrongAuthority(certificate)).not.toThrow();
  });

  test('by ECDSA and Ed25519 is taken', async () => {
    const { der } = await certify({ subject: 'CN=ec' }, null, null);
    expect(() => assertStrongSignature(parseCertificate(der))).not.toThrow();
    const certificate = await ed25519();
    expect(() => assertStrongSignature(certificate)).not.toThrow();
  });

  test.each(['RSASSA-PKCS1-v1_5', 'RSA-PSS'])('by %s over SHA-1 is refused', async (name) => {
    const certificate = await selfSigned(name, 'SHA-1');
    expect(() => assertStrongSignature(certificate)).toThrow(
      /"CN=weak" in its chain is signed with .+, expected SHA-256/,
    );
  });

  test('by ECDSA over SHA-1 is refused, with its name', async () => {
    const { der } = await certify({ subject: 'CN=ec', digest: 'SHA-1' }, null, null);
    expect(() => assertStrongSignature(parseCertificate(der))).toThrow(/signed with SHA-1/);
  });

  test('counts only by a key that is not too weak', async () => {
    const certificate = await selfSigned('RSASSA-PKCS1-v1_5', 'SHA-256', 1024);
    expect(() => assertStrongAuthority(certificate)).toThrow(/authority "CN=weak" in its chain: RSA keys of 1024 bits/);
  });
});
