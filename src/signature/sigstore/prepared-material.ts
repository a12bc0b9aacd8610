import { createPublicKey, type KeyObject } from 'node:crypto';
import type { CertificateMaterial, KeyMaterial, TrustedRootSource, VerificationMaterial } from '../../model/index.ts';
import type { HashAlgorithm } from '../signature-algorithms.ts';
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
  readonly keys: readonly PreparedKey[];
  readonly roots: readonly TrustAnchors[];
  /** Private authorities for certificates of signers. */
  readonly authorities: readonly CertificateMaterial[];
  /** Timestamp authorities for them, beside those of the roots. */
  readonly timestamps: readonly Clock[];
  readonly notation: readonly CertificateMaterial[];
  readonly notationTimestamps: readonly CertificateMaterial[];
}

function preparedKey(material: KeyMaterial): readonly PreparedKey[] {
  try {
    const key = createPublicKey(material.pem);
    const spki = key.export({ type: 'spki', format: 'der' });
    return [{ id: material.id, name: material.name, key, spki, hash: material.hashAlgorithm }];
  } catch {
    return []; // The policy's reader refuses such a key; here it can verify nothing.
  }
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
  return {
    keys: material.keys.flatMap(preparedKey),
    roots: (await Promise.all(material.trustedRoots.map(preparedRoot))).flat(),
    authorities: certificates('keyless'),
    timestamps: certificates('timestamp').map(timestampClock),
    notation: certificates('notation'),
    notationTimestamps: certificates('notation-timestamp'),
  };
}
