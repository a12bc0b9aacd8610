import type { TrustedRoot } from '@sigstore/protobuf-specs';
import type { TrustMaterial } from '@sigstore/verify';
import type { CertificateMaterial, TrustedRootSource } from '../../model/index.ts';
import { parseTrustedRoot } from '../../trust/index.ts';
import { namedCertificates } from '../certificates/named-certificates.ts';

export type CertificateAuthority = TrustMaterial['certificateAuthorities'][number];

/** What certificates, logs and timestamps are checked against: one trusted root, or one private authority, alone or with the logs of one root. */
export interface TrustAnchors {
  /** Identifier of the material (`TrustedRootSource.id`, `CertificateMaterial.id`). */
  readonly id: string;
  readonly kind: 'root' | 'authority';
  /** Identifier of the root whose logs and timestamps an authority borrows; null for none. */
  readonly clock: string | null;
  /** For people. */
  readonly name: string;
  readonly material: TrustMaterial;
  readonly thresholds: { readonly log: number; readonly certificateTransparency: number; readonly timestamp: number };
}

const beginning = new Date(0);
const end = new Date(8_640_000_000_000_000);

type Log = TrustedRoot['tlogs'][number];

/** Logs without the start of their key's validity are left out: nothing says when such a key was good (conformance: trust-root-tlog-missing-validity-start). */
function withoutUndatedLogs(root: TrustedRoot, material: TrustMaterial): TrustMaterial {
  const dated = (keys: TrustMaterial['tlogs'], logs: readonly Log[]): TrustMaterial['tlogs'] =>
    keys.filter((_, index) => logs[index]?.publicKey?.validFor?.start !== undefined);
  return { ...material, tlogs: dated(material.tlogs, root.tlogs), ctlogs: dated(material.ctlogs, root.ctlogs) };
}

const known = new WeakMap<TrustedRootSource, TrustAnchors>();

/**
 * What a trusted root lets verify. Where it states no thresholds, keyless needs a log entry or a timestamp, and a
 * certificate transparency log if the root has one.
 * @throws VerifyError `trust.invalid`
 */
export async function rootAnchors(source: TrustedRootSource): Promise<TrustAnchors> {
  const cached = known.get(source);
  if (cached !== undefined) return cached;
  const { root, material } = await parseTrustedRoot(source.json, source.source);
  const defaults = { log: 0, certificateTransparency: root.ctlogs.length > 0 ? 1 : 0, timestamp: 1 };
  const anchors: TrustAnchors = {
    id: source.id,
    kind: 'root',
    clock: null,
    name: source.source,
    material: withoutUndatedLogs(root, material),
    thresholds: source.thresholds ?? defaults,
  };
  known.set(source, anchors);
  return anchors;
}

/** Who can tell when a signature was made: the logs and timestamp authorities of a root, or timestamp authorities of their own. */
export interface Clock {
  readonly id: string;
  readonly material: Pick<TrustMaterial, 'tlogs' | 'timestampAuthorities'>;
}

/** Timestamp authorities that a policy names. */
export function timestampClock(material: CertificateMaterial): Clock {
  const certChain = [...namedCertificates(material).authorities];
  return {
    id: material.id,
    material: { tlogs: [], timestampAuthorities: [{ certChain, validFor: { start: beginning, end } }] },
  };
}

/**
 * A private authority as anchors: it has no log of its own, so that it is given the clock of one other root (null: none), and the evidence names the root on which a
 * time rests. The path from a signature's certificate to it is found apart (`authority-paths.ts`).
 */
export function authorityAnchors(material: CertificateMaterial, clock: Clock | null): TrustAnchors {
  return {
    id: material.id,
    kind: 'authority',
    clock: clock?.id ?? null,
    name: material.name ?? 'private authority',
    material: {
      certificateAuthorities: [],
      timestampAuthorities: clock?.material.timestampAuthorities ?? [],
      tlogs: clock?.material.tlogs ?? [],
      ctlogs: [],
      publicKey: () => {
        throw new Error('a certificate authority has no keys');
      },
    },
    thresholds: { log: 0, certificateTransparency: 0, timestamp: 0 },
  };
}
