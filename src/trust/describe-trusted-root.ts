import { createHash, X509Certificate } from 'node:crypto';
import type { CertificateAuthority, TransparencyLogInstance } from '@sigstore/protobuf-specs';
import type { TrustedRootSource } from '../model/index.ts';
import { parseTrustedRoot } from './parse-trusted-root.ts';
import { rootAge } from './root-age.ts';

/** One log or authority of a root, for `trust show`. */
interface TrustPart {
  readonly kind: 'log' | 'certificate-transparency-log' | 'certificate-authority' | 'timestamp-authority';
  /** The address it is known by. */
  readonly name: string;
  /** SHA-256 of the log's key, or of the authority's first certificate, hexadecimal. */
  readonly sha256: string;
  /** RFC 3339; null where the root sets no bound. */
  readonly validFrom: string | null;
  readonly validUntil: string | null;
}

export interface TrustDescription {
  readonly source: string;
  readonly layer: TrustedRootSource['layer'];
  readonly sha256: string;
  readonly updated: string | null;
  /** For people, for instance `93 days`. */
  readonly age: string | null;
  readonly parts: readonly TrustPart[];
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function logPart(kind: TrustPart['kind'], log: TransparencyLogInstance): TrustPart {
  return {
    kind,
    name: log.baseUrl,
    sha256: sha256(log.publicKey?.rawBytes ?? Buffer.alloc(0)),
    validFrom: log.publicKey?.validFor?.start?.toISOString() ?? null,
    validUntil: log.publicKey?.validFor?.end?.toISOString() ?? null,
  };
}

function authorityPart(kind: TrustPart['kind'], authority: CertificateAuthority): TrustPart {
  const first = authority.certChain?.certificates[0]?.rawBytes ?? Buffer.alloc(0);
  const certificate = first.length === 0 ? null : new X509Certificate(first);
  return {
    kind,
    name: authority.uri === '' ? (certificate?.subject.replaceAll('\n', ',') ?? '') : authority.uri,
    sha256: sha256(first),
    validFrom: authority.validFor?.start?.toISOString() ?? null,
    validUntil: authority.validFor?.end?.toISOString() ?? null,
  };
}

/**
 * What a trusted root holds, with ages and fingerprints.
 * @throws VerifyError `trust.invalid`
 */
export function describeTrustedRoot(source: TrustedRootSource, now: Date): TrustDescription {
  const { root } = parseTrustedRoot(source.json, source.source);
  return {
    source: source.source,
    layer: source.layer,
    sha256: source.id,
    updated: source.updated,
    age: rootAge(source, now),
    parts: [
      ...root.certificateAuthorities.map((authority) => authorityPart('certificate-authority', authority)),
      ...root.tlogs.map((log) => logPart('log', log)),
      ...root.ctlogs.map((log) => logPart('certificate-transparency-log', log)),
      ...root.timestampAuthorities.map((authority) => authorityPart('timestamp-authority', authority)),
    ],
  };
}
