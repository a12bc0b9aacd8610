import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseCertificates, parsePublicKey } from '../../../../../src/policy/load/files/key-material.ts';
import { keyId } from '../../support/evidence.ts';

const pemOf = (key: KeyObject, type: 'spki' | 'pkcs1' = 'spki') => key.export({ type, format: 'pem' }).toString();
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const good = pemOf(ec('prime256v1').publicKey);

describe('a public key', () => {
  it.each<[string, string]>([
    ['on P-256', good],
    ['on P-384', pemOf(ec('secp384r1').publicKey)],
    ['on P-521', pemOf(ec('secp521r1').publicKey)],
    ['of Ed25519', pemOf(generateKeyPairSync('ed25519').publicKey)],
    ['of RSA', pemOf(rsa.publicKey)],
    ['of RSA in PKCS #1', pemOf(rsa.publicKey, 'pkcs1')],
    ['of RSA-PSS', pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey)],
    ['with words around it', `acme\n${good}\nend\n`],
  ])('%s is read', (_, pem) => {
    expect(parsePublicKey(pem, 'acme')).toMatchObject({
      ok: true,
      value: { id: keyId(pem), name: 'acme', hashAlgorithm: null },
    });
  });

  it('in PKCS #1 is the same key as in its other form', () => {
    expect(parsePublicKey(pemOf(rsa.publicKey, 'pkcs1'), null)).toEqual(parsePublicKey(pemOf(rsa.publicKey), null));
  });

  const pair = ec('prime256v1');
  it.each<[string, string, string]>([
    ['a private key', pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'it is a private key'],
    [
      'a private key of another form',
      pair.privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
      'private key',
    ],
    [
      'a key beside a private one',
      good + pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'private',
    ],
    ['nothing', '', 'it is not PEM'],
    ['two keys', good + good, 'it holds more than one PEM block'],
    [
      'a certificate',
      '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n',
      'it is no public key, but -----BEGIN CERTIFICATE-----',
    ],
    [
      'another public key',
      '-----BEGIN PGP PUBLIC KEY BLOCK-----\nMA==\n-----END PGP PUBLIC KEY BLOCK-----',
      'it is no public key',
    ],
    [
      'a key of another name',
      '-----BEGIN DSA PUBLIC KEY-----\nMA==\n-----END DSA PUBLIC KEY-----',
      'it is no public key',
    ],
    [
      'junk in a block',
      '-----BEGIN PUBLIC KEY-----\nMA==\n-----END PUBLIC KEY-----\n',
      'it is not a public key that can be read',
    ],
    ['a short RSA key', pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey), 'fewer than 2048 bits'],
    [
      'a short RSA-PSS key',
      pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).publicKey),
      'fewer than 2048',
    ],
    ['another curve', pemOf(ec('secp256k1').publicKey), 'its curve secp256k1 is not supported'],
    ['another kind', pemOf(generateKeyPairSync('ed448').publicKey), 'keys of type ed448 are not supported'],
  ])('is not read from %s', (_, pem, reason) => {
    expect(parsePublicKey(pem, null)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  it('is not looked for in a large file', () => {
    expect(parsePublicKey(good.padEnd(65_536), null)).toMatchObject({ ok: true, value: { id: keyId(good) } });
    expect(parsePublicKey(good.padEnd(65_537), null)).toEqual({ ok: false, reason: 'it is too large for a key' });
  });
});

describe('certificates', () => {
  it.each<[string, string, string]>([
    ['nothing', '', 'it holds no certificate in PEM'],
    ['a public key', good, 'it holds no certificate in PEM'],
    ['a certificate that is none', '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n', 'cannot be read'],
    ['a private key', '-----BEGIN EC PRIVATE KEY-----\n', 'it holds a private key'],
    ['a large file', ' '.repeat(4 * 65_536 + 1), 'it is too large'],
    ['a file that is just not too large', ' '.repeat(4 * 65_536), 'it holds no certificate in PEM'],
  ])('are not read from %s', (_, pem, reason) => {
    expect(parseCertificates(pem, null, 'notation')).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });
});
