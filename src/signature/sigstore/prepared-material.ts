import { createPublicKey, type KeyObject } from 'node:crypto';
import type { CertificateMaterial, KeyMaterial, TrustedRootSource, VerificationMaterial } from '../../model/index.ts';
import type { HashAlgorithm } from '../signature-algorithms.ts';
import type { SignedBytes } from './signed-bytes.ts';
import { type Clock, rootAnchors, type TrustAnchors, timestampClock } from './trust-anchors.ts';

/** A key of some policy, parsed. */
export interface PreparedKey {
  /** SHA-256 of the SubjectPublicKeyInfo, hexadecimal. */
  readonly id: string;
  readonly name: string | null;
  readonly key: KeyObject;
  readonly spki: Buffer;
  readonly hash: HashAlgorithm | null;
}

/** The material of a run, parsed once. */
export interface PreparedMaterial {
  /** Those that policies name. */
  readonly keys: readonly PreparedKey[];
  /** Those of publishers that come with the program, parsed when they are tried (`parseKey`). */
  readonly publisherKeys: readonly KeyMaterial[];
  readonly roots: readonly TrustAnchors[];
  /** Private authorities for certificates of signers. */
  readonly authorities: readonly CertificateMaterial[];
  /** Timestamp authorities for them, beside those of the roots. */
  readonly timestamps: readonly Clock[];
  readonly notation: readonly CertificateMaterial[];
  readonly notationTimestamps: readonly CertificateMaterial[];
}

const parsed = new WeakMap<KeyMaterial, PreparedKey | null>();

/** Parses a key, once for each object; null where it cannot be parsed. */
function parseKey(material: KeyMaterial): PreparedKey | null {
  const earlier = parsed.get(material);
  if (earlier !== undefined) return earlier;
  const made = preparedKey(material);
  parsed.set(material, made);
  return made;
}

function preparedKey({ id, pem, name, hashAlgorithm: hash }: KeyMaterial): PreparedKey | null {
  try {
    const key = createPublicKey(pem);
    return { id, name, key, spki: key.export({ type: 'spki', format: 'der' }), hash };
  } catch {
    return null; // The policy's reader refuses such a key; here it can verify nothing.
  }
}

function parseKeys(keys: readonly KeyMaterial[]): readonly PreparedKey[] {
  return keys.map(parseKey).filter((key) => key !== null);
}

/**
 * The keys that made a signature: of those that policies name all, of the publishers' only where it is none of these. One signature is by
 * one key, unless somebody has made a key to fit it.
 */
export function keysThatMade(
  signed: SignedBytes,
  { keys, publisherKeys }: Pick<PreparedMaterial, 'keys' | 'publisherKeys'>,
): readonly PreparedKey[] {
  const matching = keys.filter(({ key, hash }) => signed.verify(key, hash));
  return matching.length > 0 ? matching : parseKeys(publisherKeys).filter(({ key, hash }) => signed.verify(key, hash));
}

async function preparedRoot(source: TrustedRootSource): Promise<readonly TrustAnchors[]> {
  try {
    return [await rootAnchors(source)];
  } catch {
    return []; // Likewise refused where it was read.
  }
}

const known = new WeakMap<VerificationMaterial, Promise<PreparedMaterial>>();

/** Parses the material, once for each object. What cannot be parsed verifies nothing: its readers have refused it before. */
export function prepareMaterial(material: VerificationMaterial): Promise<PreparedMaterial> {
  const earlier = known.get(material);
  if (earlier !== undefined) return earlier;
  const prepared = parseMaterial(material);
  known.set(material, prepared);
  return prepared;
}

async function parseMaterial(material: VerificationMaterial): Promise<PreparedMaterial> {
  const certificates = (purpose: CertificateMaterial['purpose']): readonly CertificateMaterial[] =>
    material.certificates.filter((certificate) => certificate.purpose === purpose);
  const { keys } = material;
  return {
    keys: parseKeys(keys.filter(({ isPublishers }) => isPublishers !== true)),
    publisherKeys: keys.filter(({ isPublishers }) => isPublishers === true),
    roots: (await Promise.all(material.trustedRoots.map(preparedRoot))).flat(),
    authorities: certificates('keyless'),
    timestamps: certificates('timestamp').map(timestampClock),
    notation: certificates('notation'),
    notationTimestamps: certificates('notation-timestamp'),
  };
}
