import { constants, type KeyObject, verify } from 'node:crypto';
import { printable, Refusal } from '../refusal.ts';
import type { NotationAlgorithm, NotationEnvelope } from './notation-envelope.ts';

const rsaBySize: Readonly<Record<number, NotationAlgorithm>> = { 2048: 'PS256', 3072: 'PS384', 4096: 'PS512' };
const ecByCurve: Readonly<Record<string, NotationAlgorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

/** The one algorithm that a key may sign with (signature-specification.md, "Signature Algorithm Requirements"); null for none. */
function algorithmOf(key: KeyObject): NotationAlgorithm | null {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'rsa') return rsaBySize[details?.modulusLength ?? 0] ?? null;
  if (key.asymmetricKeyType === 'ec') return ecByCurve[details?.namedCurve ?? ''] ?? null;
  return null;
}

/**
 * Requires that the signer's key made the signature, with the algorithm that belongs to the key and that the envelope names.
 * @throws Refusal `unsupported`, `invalid-signature`
 */
export function assertNotationSignature(envelope: NotationEnvelope, key: KeyObject): void {
  const algorithm = algorithmOf(key);
  if (algorithm === null) throw new Refusal('unsupported', "the signer's key is of a kind that Notation does not use");
  if (envelope.algorithm !== algorithm) {
    throw new Refusal(
      'invalid-signature',
      `it names the algorithm ${printable(envelope.algorithm)}, expected ${algorithm} for the signer's key`,
    );
  }
  const options = algorithm.startsWith('ES')
    ? ({ key, dsaEncoding: 'ieee-p1363' } as const)
    : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  if (!verify(`sha${algorithm.slice(2)}`, envelope.signedBytes, options, envelope.signature)) {
    throw new Refusal('invalid-signature', 'its signature does not match the signed bytes');
  }
}
