import { createPublicKey, generateKeyPairSync, randomBytes, scryptSync } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { describe, expect, it } from 'vitest';
import { keySigner, statementBytes } from '../../../src/signing/index.ts';
import { sha256 } from '../oci/memory-registry.ts';

const statement = statementBytes({ name: 'a', subject: sha256('subject'), predicateType: 'urn:x', predicate: {} });
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = createPublicKey(pair.privateKey).export({ type: 'spki', format: 'der' });

/** A key as cosign keeps it, encrypted with a password. */
function kept(
  password: string,
  change: (envelope: object) => object = (envelope) => envelope,
  type = 'SIGSTORE',
): string {
  const [salt, nonce] = [randomBytes(32), randomBytes(24)];
  const params = { N: 1024, r: 8, p: 1 };
  const key = scryptSync(password, salt, 32, params);
  const box = xsalsa20poly1305(key, nonce).encrypt(pair.privateKey.export({ type: 'pkcs8', format: 'der' }));
  const envelope = {
    kdf: { name: 'scrypt', params, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(box).toString('base64'),
  };
  const body = Buffer.from(JSON.stringify(change(envelope))).toString('base64');
  return `-----BEGIN ENCRYPTED ${type} PRIVATE KEY-----\n${body}\n-----END ENCRYPTED ${type} PRIVATE KEY-----\n`;
}

describe('a key as cosign keeps it', () => {
  it.each([
    ['SIGSTORE', 'hunter2'],
    ['COSIGN', 'hunter2'],
    ['SIGSTORE', ''],
  ])('of the kind %s signs with its password %j', async (type, password) => {
    const { signer } = await keySigner(kept(password, undefined, type), Buffer.from(password), 'cosign.key').sign(
      statement,
    );
    expect(signer).toEqual({ kind: 'key', sha256: sha256(spki).slice('sha256:'.length), name: null });
  });

  it.each<readonly [string, string, Buffer | null, string]>([
    ['no password', kept('a'), null, 'it is encrypted'],
    ['another password', kept('a'), Buffer.from('b'), 'with this password'],
    [
      'another cipher',
      kept('a', (envelope) => ({ ...envelope, cipher: { name: 'rot13', nonce: 'AA==' } })),
      Buffer.from('a'),
      'with this password',
    ],
    [
      'a derivation that takes all memory',
      kept('a', (envelope) => ({
        ...envelope,
        kdf: { name: 'scrypt', params: { N: 2 ** 30, r: 64, p: 1 }, salt: 'AA==' },
      })),
      Buffer.from('a'),
      'with this password',
    ],
    ['a damaged text', kept('a').replace(/(\n.{20})./, '$1!'), Buffer.from('a'), 'with this password'],
  ])('is refused with %s', (_, pem, password, message) => {
    expect(() => keySigner(pem, password, 'cosign.key')).toThrow(
      expect.objectContaining({ code: 'usage.invalid', message: expect.stringContaining(message) }),
    );
  });
});
