import type { FindingCode } from '../../../model/index.ts';

/** The codes that a policy may name in `exceptions[].findings`. */
export const waivableFindings = [
  'signature.missing',
  'signature.identity-mismatch',
  'signature.untrusted-key',
  'signature.certificate-expired',
  'signature.log-missing',
  'signature.unsupported',
  'signature.threshold',
  'signature.claims-mismatch',
  'signature.copied',
  'signature.platform-uncovered',
  'attestation.missing',
  'attestation.mismatch',
  'policy.default',
  'policy.denied',
  'policy.unsupported',
  'publisher.unsigned',
  'lock.missing',
  'lock.moved',
  'lock.differs',
  'image.local-only',
  'image.not-built-here',
  'image.unverifiable',
  'image.offline',
  'image.too-old',
  'image.too-new',
  'image.digest-required',
  'lineage.unknown',
  'lineage.unverified',
  'lineage.too-deep',
  'package.denied',
  'package.unknown',
  'package.too-many',
] as const satisfies readonly FindingCode[];

/** Whether a refusal with this finding may be waived at all: never evidence that is broken or forged, nor what is no image that was judged. */
export function mayBeWaived(code: string): boolean {
  return waivableFindings.some((each) => each === code);
}
