import { constants, type KeyObject, verify } from 'node:crypto';
import { Refusal } from './refusal.ts';

export type HashAlgorithm = 'sha256' | 'sha384' | 'sha512';

const byCurve: Readonly<Record<string, HashAlgorithm>> = {
  prime256v1: 'sha256',
  secp384r1: 'sha384',
  secp521r1: 'sha512',
};

const shortestModulus = 2048;
const longestModulus = 16_384;

/**
 * The digests that a signature by `key` may use: the one asked for, else the curve's own (cosign 3) and SHA-256 (cosign 1 and 2).
 * All are of full strength, so that trying several weakens nothing.
 */
function candidates(key: KeyObject, asked: HashAlgorithm | null): readonly HashAlgorithm[] {
  if (asked !== null) return [asked];
  if (key.asymmetricKeyType === 'ec') {
    const own = byCurve[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? 'sha256';
    return [own, 'sha256'];
  }
  return ['sha256', 'sha384', 'sha512'];
}

/**
 * Refuses keys that are too weak to be trusted, or that cannot be evaluated.
 * @throws Refusal `unsupported`
 */
export function assertUsableKey(key: KeyObject): void {
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return;
    case 'ec':
      if (byCurve[details?.namedCurve ?? ''] !== undefined) return;
      throw new Refusal('unsupported', `keys on the curve ${details?.namedCurve ?? 'unknown'} are not accepted`);
    case 'rsa':
    case 'rsa-pss': {
      const bits = details?.modulusLength ?? 0;
      if (bits >= shortestModulus && bits <= longestModulus) return;
      throw new Refusal('unsupported', `RSA keys of ${bits} bits are not accepted, only ${shortestModulus} and more`);
    }
    default:
      throw new Refusal('unsupported', `keys of the type ${key.asymmetricKeyType ?? 'unknown'} are not accepted`);
  }
}

function verifyOne(key: KeyObject, message: Uint8Array, signature: Uint8Array, hash: HashAlgorithm): boolean {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return (
        verify(hash, message, { key, padding: constants.RSA_PKCS1_PADDING }, signature) ||
        verify(hash, message, { key, padding: constants.RSA_PKCS1_PSS_PADDING }, signature)
      );
    case 'rsa-pss':
      return verify(hash, message, { key, padding: constants.RSA_PKCS1_PSS_PADDING }, signature);
    default:
      return verify(hash, message, key, signature);
  }
}

/**
 * Whether `signature` over `message` was made with `key`: ECDSA (ASN.1 form) on P-256, P-384 and P-521, Ed25519, RSA with
 * PKCS #1 v1.5 or PSS padding. False for any other key and for what OpenSSL cannot make sense of.
 */
export function verifyMessage(
  key: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
  hash: HashAlgorithm | null,
): boolean {
  try {
    assertUsableKey(key);
    if (key.asymmetricKeyType === 'ed25519') return verify(null, message, key, signature);
    return candidates(key, hash).some((candidate) => {
      try {
        return verifyOne(key, message, signature, candidate);
      } catch {
        return false; // a PSS key that is bound to another digest
      }
    });
  } catch {
    return false;
  }
}
