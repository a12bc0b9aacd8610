import type { ChainCertificate } from '../certificates/chain-certificate.ts';

/** A request to an address that a trusted authority has written into a certificate. */
export interface RevocationRequest {
  readonly url: string;
  /** The most bytes that the answer may have. */
  readonly limit: number;
  /** With it the request is a POST. */
  readonly body?: { readonly type: string; readonly bytes: Uint8Array };
}

/** Where it is looked up whether certificates were revoked. */
export interface RevocationSource {
  /** The authorities of policies (`CertificateMaterial.id`) below which it is asked for. */
  readonly authorities: ReadonlySet<string>;
  /** The bytes of a good answer; rejects, with a sentence that says why, where there is none. */
  fetch(request: RevocationRequest): Promise<Uint8Array>;
}

/** What one certificate's authority says of it; `unknown` where it could not be asked, or its answer cannot be relied on. */
export interface RevocationStatus {
  readonly status: 'good' | 'revoked' | 'unknown';
  /** One clause, for `revoked` and `unknown`. */
  readonly reason: string;
}

/** A certificate with the one that issued it, and what its status is measured by. */
export interface RevocationQuestion {
  readonly certificate: ChainCertificate;
  readonly issuer: ChainCertificate;
  readonly now: Date;
  /** When the signature was made, where a trusted timestamp proves it: a key that became invalid later has signed well. */
  readonly signed: Date | null;
}
