import {
  type BundleWithDsseEnvelope,
  bundleToJSON,
  type TLogEntryWithInclusionProof,
  toDSSEBundle,
} from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import { inTotoMediaType, type Signer } from '../model/index.ts';
import type { SignedStatement } from './statement-signer.ts';

/** What a verifier finds the key by: a hint, or the certificate in DER. */
export type KeyReference = { readonly keyHint: string } | { readonly certificate: Buffer };

/** The bytes that a signature on a statement is over (DSSE, protocol.md: PAE). */
export function signedBytes(statement: Buffer): Buffer {
  return dsse.preAuthEncoding(inTotoMediaType, statement);
}

/** A Sigstore bundle, version 0.3, of a statement; without log entries as yet. */
export function toBundle(statement: Buffer, signature: Buffer, by: KeyReference): BundleWithDsseEnvelope {
  const common = { artifact: statement, artifactType: inTotoMediaType, signature, certificateChain: false };
  const bundle = toDSSEBundle({ ...common, ...by });
  // cosign compares a key's identifier in the envelope with one of its own making: the hint beside it says enough
  for (const each of bundle.content.dsseEnvelope.signatures) each.keyid = '';
  return bundle;
}

/** A bundle with its log entries, as bytes to attach. */
export function packed(
  bundle: BundleWithDsseEnvelope,
  tlogEntries: readonly TLogEntryWithInclusionProof[],
  signer: Signer,
): SignedStatement {
  const material = { ...bundle.verificationMaterial, tlogEntries: [...tlogEntries] };
  const whole: BundleWithDsseEnvelope = { ...bundle, verificationMaterial: material };
  return { bytes: Buffer.from(JSON.stringify(bundleToJSON(whole))), mediaType: bundle.mediaType, signer };
}
