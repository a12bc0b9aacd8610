import { scryptSync } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import * as z from 'zod';
import { parseBoundedJson } from '../model/index.ts';

const form =
  /-----BEGIN ENCRYPTED (SIGSTORE|COSIGN) PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END ENCRYPTED \1 PRIVATE KEY-----/;

/** What scrypt may take, bytes: cosign's own choice needs 64 MiB. */
const mostMemory = 512 * 1024 * 1024;

/** How cosign keeps a private key (go-securesystemslib, encrypted/encrypted.go): by scrypt and NaCl's secretbox. */
const envelope = z.object({
  kdf: z.object({
    name: z.literal('scrypt'),
    params: z.object({ N: z.int().min(2), r: z.int().min(1).max(64), p: z.int().min(1).max(16) }),
    salt: z.base64(),
  }),
  cipher: z.object({ name: z.literal('nacl/secretbox'), nonce: z.base64() }),
  ciphertext: z.base64(),
});

/** Whether this is a private key as cosign writes it, of whatever version. */
export function isCosignKey(pem: string): boolean {
  return /-----BEGIN ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY-----/.test(pem);
}

/**
 * The private key in a file of cosign's, as PKCS #8 in DER.
 * @throws Error where it is damaged, wants more memory than it may, or the password is another
 */
export function openCosignKey(pem: string, password: Buffer): Buffer {
  const [, , body = ''] = form.exec(pem) ?? [];
  const { kdf, cipher, ciphertext } = envelope.parse(parseBoundedJson(Buffer.from(body, 'base64').toString('utf8')));
  const { N, r, p } = kdf.params;
  const key = scryptSync(password, Buffer.from(kdf.salt, 'base64'), 32, { N, r, p, maxmem: mostMemory });
  const box = xsalsa20poly1305(key, Buffer.from(cipher.nonce, 'base64'));
  return Buffer.from(box.decrypt(Buffer.from(ciphertext, 'base64')));
}
