import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { VerifyError } from '../model/index.ts';
import { packed, signedBytes, toBundle } from './bundle.ts';
import { isCosignKey, openCosignKey } from './cosign-key.ts';
import type { StatementSigner } from './statement-signer.ts';

function unusable(file: string, reason: string, hint: string, cause?: unknown): VerifyError {
  return new VerifyError('usage.invalid', `${file} is no key to sign with: ${reason}`, {
    hint,
    place: { file },
    cause,
  });
}

const makeOne = 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem makes one';

function readCosignKey(pem: string, password: Buffer | null, file: string): KeyObject {
  if (password === null)
    throw unusable(
      file,
      'it is encrypted',
      'name a file that holds its password, --key-password-file FILE, or set COSIGN_PASSWORD',
    );
  try {
    return createPrivateKey({ key: openCosignKey(pem, password), format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw unusable(file, 'it cannot be read with this password', 'cosign generate-key-pair makes one', cause);
  }
}

function readKey(pem: string, password: Buffer | null, file: string): KeyObject {
  if (isCosignKey(pem)) return readCosignKey(pem, password, file);
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) throw unusable(file, 'it is no private key in PEM', makeOne);
  const isEncrypted = /ENCRYPTED/.test(pem);
  if (isEncrypted && password === null)
    throw unusable(file, 'it is encrypted', 'name a file that holds its password: --key-password-file FILE');
  try {
    return createPrivateKey({ key: pem, ...(isEncrypted && password !== null ? { passphrase: password } : {}) });
  } catch (cause) {
    const reason = isEncrypted ? 'it cannot be read with this password' : 'it cannot be read';
    throw unusable(file, reason, makeOne, cause);
  }
}

/** The hash that verifiers of Sigstore bundles use with such a key; null for those that hash by themselves. */
function hashFor(key: KeyObject, file: string): 'sha256' | null {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return null;
  const isEc = type === 'ec' && details?.namedCurve === 'prime256v1';
  if (isEc || (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048)) return 'sha256';
  throw unusable(file, `keys of this kind (${details?.namedCurve ?? type}) are not signed with`, makeOne);
}

/**
 * Signs with a private key in PEM, or as cosign keeps it: on the curve P-256, of Ed25519, or RSA of 2048 bits and more.
 * @param file as named to the user
 * @throws VerifyError `usage.invalid` where it is none
 */
export function keySigner(pem: string, password: Buffer | null, file: string): StatementSigner {
  const key = readKey(pem, password, file);
  const hash = hashFor(key, file);
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const fingerprint = createHash('sha256').update(spki).digest();
  return {
    sign: (statement) => {
      const signature = sign(hash, signedBytes(statement), key);
      const signer = { kind: 'key', sha256: fingerprint.toString('hex'), name: null } as const;
      const bundle = toBundle(statement, signature, { keyHint: fingerprint.toString('base64') });
      return Promise.resolve(packed(bundle, [], signer));
    },
  };
}
