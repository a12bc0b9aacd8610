import type { X509Certificate as NodeCertificate } from 'node:crypto';
import type { X509Certificate } from '@sigstore/core';

/** A certificate read twice: by OpenSSL for names and signatures, by the library for its extensions. */
export interface ChainCertificate {
  readonly native: NodeCertificate;
  readonly parsed: X509Certificate;
}
