import type { X509Certificate } from '@sigstore/core';
import type { Evidence, Signer } from '../model/index.ts';
import { namedCertificates } from './certificates/named-certificates.ts';
import { limits } from './limits.ts';
import type { PreparedMaterial } from './sigstore/prepared-material.ts';

/** Whether a signer, as an attachment claims it, could count for the policies that ask. */
export type IsWanted = (signer: Signer) => boolean;

/** What an attachment could prove, found without proving it. */
export interface Prospect {
  /** Whether it could count: where false, it cannot verify as a wanted signer. */
  readonly isLikely: boolean;
  /** What to say of it where it is not tried. */
  readonly untried: Evidence;
}

/** What looking at many attachments shares. */
export interface Looking {
  readonly material: PreparedMaterial;
  readonly isWanted: IsWanted;
  /** Certificates of every authority that a signer's certificate could come from. */
  readonly issuers: readonly X509Certificate[];
}

/** Why an attachment of a signer whom no policy names is not tried. */
export const passedOver = {
  code: 'passed-over',
  message: `no policy names its signer, and more than ${limits.unnamedSigners} of that kind are attached, so that it was not tried`,
} as const;

/** Gathers what every look needs. */
export function lookWith(material: PreparedMaterial, isWanted: IsWanted): Looking {
  const ofRoots = material.roots.flatMap((root) =>
    root.material.certificateAuthorities.flatMap((each) => each.certChain),
  );
  const own = material.authorities
    .map(namedCertificates)
    .flatMap(({ authorities, between }) => [...authorities, ...between]);
  return { material, isWanted, issuers: [...ofRoots, ...own] };
}
