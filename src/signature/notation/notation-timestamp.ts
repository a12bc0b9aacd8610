import type { KeyObject } from 'node:crypto';
import { ASN1Obj, type X509Certificate } from '@sigstore/core';
import { Verifier } from '@sigstore/verify';
import type { CertificateMaterial } from '../../model/index.ts';
import { namedCertificates } from '../certificates/named-certificates.ts';
import { limits } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import { authoritiesFor, TimestampToken, timestampSigners } from '../sigstore/timestamp-token.ts';
import type { CertificateAuthority } from '../sigstore/trust-anchors.ts';

/** A time that an authority of some policy proves. */
export interface NotationTime {
  readonly time: Date;
  /** Identifiers of the authorities. */
  readonly materials: readonly string[];
  /** The certificates from the one that signed it up to an authority's. */
  readonly chain: readonly X509Certificate[];
}

const always = { start: new Date(0), end: new Date(8_640_000_000_000_000) };

/** Notation keeps the bare token; the library reads the whole response around it, of which it looks at the token alone. */
function parseToken(der: Buffer<ArrayBuffer>): TimestampToken {
  if (der.length > limits.timestampBytes) throw new Refusal('too-large', 'its timestamp is too large');
  try {
    const token = ASN1Obj.parseBuffer(der);
    const parsed = new TimestampToken(new ASN1Obj(token.tag, Buffer.alloc(0), [token, token]));
    void [parsed.signingTime, parsed.signerSerialNumber, parsed.signerIssuer];
    return parsed;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('timestamp-invalid', 'its timestamp cannot be parsed', error);
  }
}

function isProvenBy(
  token: TimestampToken,
  signature: Buffer,
  key: KeyObject,
  timestampAuthority: CertificateAuthority,
): boolean {
  const verifier = new Verifier(
    {
      certificateAuthorities: [],
      timestampAuthorities: [timestampAuthority],
      tlogs: [],
      ctlogs: [],
      publicKey: () => ({ publicKey: key, validFor: () => true }),
    },
    { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 1 },
  );
  try {
    verifier.verify({
      signature: {
        signature,
        compareSignature: () => false,
        compareDigest: () => false,
        compareSignedDigest: () => false,
        verifySignature: () => true, // checked by its own algorithm elsewhere; here the time alone counts
      },
      key: { $case: 'public-key', hint: '' },
      tlogEntries: [],
      timestamps: [{ $case: 'timestamp-authority', timestamp: token }],
    });
    return true;
  } catch {
    return false;
  }
}

/**
 * The time that the token over `signature` proves; null where there is no token, or none from an authority that a policy names.
 * @throws Refusal `timestamp-invalid` where a known authority is named but did not sign this
 */
export function notationTime(
  der: Buffer<ArrayBuffer> | null,
  signature: Buffer,
  key: KeyObject,
  authorities: readonly CertificateMaterial[],
): NotationTime | null {
  if (der === null || authorities.length === 0) return null;
  const token = parseToken(der);
  const materials: string[] = [];
  let chain: readonly X509Certificate[] | null = null;
  let isNamed = false;
  for (const authority of authorities) {
    const certChain = [...namedCertificates(authority).authorities];
    const candidates = authoritiesFor(token, [{ certChain, validFor: always }]);
    if (candidates.length === 0) continue;
    isNamed = true;
    const proving = candidates.flatMap(timestampSigners).find((each) => isProvenBy(token, signature, key, each));
    if (proving === undefined) continue;
    materials.push(authority.id);
    chain ??= proving.certChain;
  }
  if (chain !== null) return { time: token.signingTime, materials, chain };
  if (isNamed) throw new Refusal('timestamp-invalid', 'its timestamp does not verify');
  return null;
}
