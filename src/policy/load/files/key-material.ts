import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type CertificateMaterial, failure, type KeyMaterial, type Result, success } from '../../../model/index.ts';

const largestPem = 65_536; // characters
const smallestRsa = 2_048; // bits
const curves = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/**
 * Reads one public key in PEM (SubjectPublicKeyInfo or PKCS #1).
 */
export function parsePublicKey(pem: string, name: string | null): Result<KeyMaterial> {
  if (pem.length > largestPem) return failure('it is too large for a key');
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    return failure('it is a private key; a policy names public keys, and a private one should be nowhere near it');
  const blocks = pem.match(/-----BEGIN [^-]+-----/g) ?? [];
  if (blocks.length !== 1) return failure(blocks.length === 0 ? 'it is not PEM' : 'it holds more than one PEM block');
  if (!/^-----BEGIN (?:RSA )?PUBLIC KEY-----$/.test(blocks[0] ?? ''))
    return failure(`it is no public key, but ${blocks[0]}`);
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    return failure('it is not a public key that can be read');
  }
  const weakness = weaknessOf(key);
  if (weakness !== null) return failure(weakness);
  const der = key.export({ type: 'spki', format: 'der' });
  const id = createHash('sha256').update(der).digest('hex');
  return success({ id, pem: key.export({ type: 'spki', format: 'pem' }).toString(), name, hashAlgorithm: null });
}

function weaknessOf(key: KeyObject): string | null {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return null;
    case 'rsa':
    case 'rsa-pss':
      return (modulusLength ?? 0) < smallestRsa ? `an RSA key of fewer than ${smallestRsa} bits is not safe` : null;
    case 'ec':
      return curves.has(namedCurve ?? '') ? null : `its curve ${namedCurve ?? ''} is not supported`;
    default:
      return `keys of type ${key.asymmetricKeyType ?? 'unknown'} are not supported`;
  }
}

/**
 * Reads a file of one or more certificates in PEM.
 */
export function parseCertificates(
  pem: string,
  name: string | null,
  purpose: CertificateMaterial['purpose'],
): Result<CertificateMaterial> {
  if (pem.length > largestPem * 4) return failure('it is too large');
  if (/PRIVATE KEY-----/.test(pem)) return failure('it holds a private key');
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return failure('it holds no certificate in PEM');
  const hash = createHash('sha256');
  try {
    for (const block of blocks) hash.update(new X509Certificate(block).raw);
  } catch {
    return failure('it holds a certificate that cannot be read');
  }
  return success({ id: hash.digest('hex'), pem: `${blocks.join('\n')}\n`, name, purpose });
}
