import type { KeyObject } from 'node:crypto';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import type { SignedBytes } from './signed-bytes.ts';

const curves = { prime256v1: p256, secp384r1: p384, secp521r1: p521 } as const;

/** The uncompressed point of an ECDSA key (SEC 1, section 2.3.3). */
function pointOf(key: KeyObject, bytes: number): Buffer {
  const jwk = key.export({ format: 'jwk' });
  const coordinate = (text: string | undefined): Buffer => {
    const raw = Buffer.from(text ?? '', 'base64url');
    return Buffer.concat([Buffer.alloc(Math.max(0, bytes - raw.length)), raw]);
  };
  return Buffer.concat([Buffer.from([4]), coordinate(jwk.x), coordinate(jwk.y)]);
}

function verifyDigest(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const name = key.asymmetricKeyDetails?.namedCurve;
  if (name !== 'prime256v1' && name !== 'secp384r1' && name !== 'secp521r1') return false;
  const curve = curves[name];
  try {
    const point = pointOf(key, curve.Point.Fp.BYTES);
    return curve.verify(signature, digest, point, { prehash: false, format: 'der', lowS: false });
  } catch {
    return false;
  }
}

/**
 * A signature over a message of which only the digest is known: a bundle's `messageSignature` over a manifest.
 * ECDSA only, since nothing else can be checked without the message.
 */
export function signedDigest(digest: Buffer, signature: Buffer): SignedBytes {
  return {
    signature,
    timestamped: signature,
    isPayloadDigest: (other) => digest.equals(other),
    isSignedDigest: (other) => digest.equals(other),
    verify: (key) => verifyDigest(key, digest, signature),
  };
}
