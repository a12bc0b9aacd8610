import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** The key pair kept in `file` (PKCS#8 PEM), made and written where there is none yet. */
export function keptKeyPair(file: string, kind: 'p256' | 'ed25519'): KeyPair {
  if (!existsSync(file)) {
    const made =
      kind === 'p256' ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }) : generateKeyPairSync('ed25519');
    writeFileSync(file, made.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  const privateKey = createPrivateKey(readFileSync(file));
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** The text kept in `file`, made and written where there is none yet. */
export async function keptText(file: string, make: () => Promise<string>): Promise<string> {
  if (!existsSync(file)) {
    writeFileSync(file, await make());
  }
  return readFileSync(file, 'utf8');
}

/** The key's SubjectPublicKeyInfo, DER. */
export function publicKeyInfo(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}
