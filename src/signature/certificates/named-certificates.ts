import type { X509Certificate } from '@sigstore/core';
import type { CertificateMaterial } from '../../model/index.ts';
import { parseAuthorities } from './certificate.ts';

/** What a policy names as an authority: its own certificates, and those between it and its signers. */
export interface NamedCertificates {
  readonly authorities: readonly X509Certificate[];
  readonly between: readonly X509Certificate[];
}

const known = new WeakMap<CertificateMaterial, NamedCertificates>();

/**
 * The certificates of a policy's material, parsed once however many signatures are tried with them.
 * @throws Refusal `malformed`, `too-large`
 */
export function namedCertificates(material: CertificateMaterial): NamedCertificates {
  const earlier = known.get(material);
  if (earlier !== undefined) return earlier;
  const { pem, intermediates } = material;
  const parsed = {
    authorities: parseAuthorities(pem),
    between: intermediates === undefined ? [] : parseAuthorities(intermediates),
  };
  known.set(material, parsed);
  return parsed;
}
